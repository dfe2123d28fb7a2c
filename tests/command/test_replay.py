"""`driftgate replay` and its companions as a person or a program runs them."""

import json

import pytest

from shared.bootstrap import build
from shared.settings import Settings
from tests.service.replaying.lost import completed, keep

SAID = ("--author", "berta", "--because", "the queue lost them")


@pytest.fixture
def application(tmp_path):
    """Two endpoints, each with an event that was decided, and one of them with one that was not."""
    home = tmp_path / "home"
    folder = home / "workspace" / "endpoints"
    folder.mkdir(parents=True)
    (home / "policies").mkdir()
    for name in "ab":
        (folder / f"{name}.yaml").write_text("traffic: {blue: 100}\ndeployments: {blue: {}}\n")
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    application = build(settings)
    for name in "ab":
        event = completed(name, f"known-{name}", application.clock())
        keep(application, event, application.clock())
        application.service.handle(event)
    keep(application, completed("a", "lost-a", application.clock()), application.clock())
    return application


@pytest.fixture
def ask(run, application):
    home = application.settings.home
    places = {
        "DRIFTGATE_WORKSPACE": str(home / "workspace"),
        "DRIFTGATE_POLICIES": str(home / "policies"),
    }
    return lambda *words: run(*words, home=home, **places)


def test_a_dry_run_shows_what_is_not_as_it_was_and_sums_up(ask):
    done = ask("replay", "--since", "1h")

    assert done.returncode == 2
    assert done.stdout.startswith("lost DeploymentCompleted endpoint/a ")
    assert "It came in and was never decided; --evidence now tells" in done.stdout
    assert done.stdout.endswith("2 decided the same\n1 never decided\n")
    assert ask("replay", "--subject", "endpoint/b").returncode == 0


def test_all_of_it_is_one_json_document_with_a_cursor_where_it_is_cut(ask):
    first = json.loads(ask("replay", "--json", "--limit", "2").stdout)
    rest = json.loads(ask("replay", "--json", "--after", first["cursor"]).stdout)

    assert [one["event"] for one in first["events"]] == ["known-a", "lost-a"]
    assert [one["event"] for one in rest["events"]] == ["known-b"]
    assert (first["counts"], rest["cursor"]) == ({"same": 1, "lost": 1}, None)


def test_what_would_be_decided_now_is_shown(ask):
    done = ask("replay", "--verdict", "none", "--evidence", "now")

    assert "finding routing of deployment/blue" in done.stdout
    assert "+ pass (has_traffic): Deployment blue of a receives 100 %" in done.stdout


def test_an_interrupt_ends_with_the_cursor_to_go_on_from(ask, monkeypatch):
    from shared.cli.replay.screen import Screen

    behind = json.loads(ask("replay", "--json", "--limit", "1").stdout)["cursor"]

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "show", interrupted)
    done = ask("replay", "--after", behind)

    assert (done.returncode, done.stderr) == (130, "Interrupted; what is above is whole.\n")
    assert f"Go on with: --after {behind}" in done.stdout


def test_nothing_is_told_again_unless_somebody_says_yes(ask, application):
    done = ask("replay", "--apply", "--name", "lost", *SAID)

    assert done.returncode == 3
    assert done.stderr.startswith(
        "1 event of 1 subject is told again as lost, in about 1 minute: "
        "1 DeploymentCompleted. 2 are decided already, 0 cannot be read.\n"
        "They are handled for real, "
    )
    assert done.stderr.endswith("Nothing was done; give --yes where nobody can be asked.\n")
    assert "replay/lost" not in application.ledger.subjects()


def test_events_are_told_again_and_the_replay_is_listed(ask, application):
    done = ask("replay", "--apply", "--name", "lost", "--yes", *SAID)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("done lost 1 of about 1 told, 2 decided already, ")
    assert application.ledger.decisions("endpoint/a")[0]["event"]["replayname"] == "lost"
    assert ask("replay", "list").stdout == done.stdout
    assert json.loads(ask("replay", "list", "lost", "--json").stdout)["replays"][0]["told"] == 1
    assert ask("replay").returncode == 0


def test_where_nothing_was_lost_there_is_nothing_to_tell_and_no_fault(ask):
    words = ("replay", "--apply", "--type", "RunCompleted", "--name", "x", *SAID)

    done = ask(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Nothing is to be told: 0 are decided already, 0 cannot be read.\n"
    assert json.loads(ask(*words, "--json").stdout)["replay"] is None


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("replay", "--apply"), 3, "Give --name and --because: "),
        (("replay", "--apply", "--all", *SAID), 3, "--all is for a dry run; leave out --apply."),
        (("replay", "--again"), 3, "--again is for telling events again; give --apply."),
        (("replay", "--where", "event."), 3, "where is no JMESPath"),
        (("replay", "--after", "x"), 3, "after is 'x', which is no cursor"),
        (("replay", "--since", "soon"), 3, "since is 'soon', which is no time"),
        (("replay", "--evidence", "now", "--processes", "2"), 3, "--processes is for --evidence"),
        (
            ("replay", "--apply", "--of", "chains", "--name", "x", "--yes", *SAID),
            3,
            "--of chains is for a dry run; leave out --apply.",
        ),
        (("stop-replay", "x", *SAID), 3, "There is no replay x; see driftgate replay list."),
        (("resume-replay", "x", *SAID), 3, "There is no replay x; see driftgate replay list."),
        (("replay", "--rate", "5"), 3, "--rate is for telling events again; give --apply."),
        (("replay", "--author", "a"), 3, "--author is for telling events again; give --apply."),
        (
            ("replay", "--apply", "--evidence", "now"),
            3,
            "--evidence now is for a dry run; leave out --apply.",
        ),
        (
            ("replay", "--apply", "--processes", "2"),
            3,
            "--processes is for a dry run; leave out --apply.",
        ),
        (("replay", "--via", "pigeon"), 3, "via is 'pigeon'; there are api, azure-devops, "),
        (("replays", "x"), 3, "There is no replay x; see driftgate replay list."),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(ask, words, code, sentence):
    done = ask(*words)

    assert done.returncode == code
    assert done.stderr.startswith(sentence)


def test_several_processes_tell_the_same(run_alone, application):
    home = application.settings.home
    places = {
        "DRIFTGATE_WORKSPACE": str(home / "workspace"),
        "DRIFTGATE_POLICIES": str(home / "policies"),
    }

    one = run_alone("replay", "--json", home=home, **places)
    two = run_alone("replay", "--json", "--processes", "2", home=home, **places)

    assert (two.returncode, two.stderr) == (2, "")
    assert json.loads(two.stdout) == json.loads(one.stdout)
