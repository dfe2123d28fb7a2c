"""`driftgate silence`, `acknowledge` and their companions as a person or a program runs them."""

import json
from types import SimpleNamespace

import pytest

from shared.bootstrap import build
from shared.settings import Settings
from tests.service.silenced import Fleet, alert

ERRORS = alert().fingerprint
KNOWN = ("--because", "known, see [red]4711[/]")


@pytest.fixture
def run(tmp_path):
    """The command in this process, where green of ep has errors that nobody is told of yet."""
    from typer.testing import CliRunner

    from shared.cli.commands import app

    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "fleet.yaml").write_text("receivers: []\n")
    application = build(
        Settings(home=tmp_path, workspace=tmp_path / "workspace", policies=policies)
    )
    scene = SimpleNamespace(application=application, clock=SimpleNamespace(now=application.clock()))
    Fleet(scene, None).raise_(alert())

    def command(*words):
        environment = {
            "DRIFTGATE_HOME": str(tmp_path),
            "DRIFTGATE_POLICIES": str(policies),
            "LOGNAME": "berta",
        }
        done = CliRunner().invoke(app, [str(word) for word in words], env=environment)
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return command


def test_a_silence_is_said_and_shows_what_it_mutes_now(run):
    done = run("silence", "kind=errors deployment=gr*", "--for", "2h", *KNOWN)

    assert (done.returncode, done.stderr) == (0, "")
    assert " deployment=gr* kind=errors until " in done.stdout
    assert ", says berta: known, see [red]4711[/]" in done.stdout.replace("\n", " ")
    assert "Of those that fire now it is about 1:\n" in done.stdout
    assert f"  critical green of ep has errors {ERRORS}\n" in done.stdout
    assert run("silence", "kind=drift", "--for", "2h", *KNOWN).stdout.endswith(
        "No alert that fires now is among them.\n"
    )


def test_silences_are_listed_and_one_is_taken_back(run):
    assert (
        run("silence", "list").stdout
        == "Nobody silences any alert; try: driftgate silence declare --help\n"
    )
    words = ("--for", "1d", "--until-resolved", "--author", "carl", "--json", *KNOWN)
    said = json.loads(run("silence", "kind=errors", *words).stdout)["silence"]
    assert [one["fingerprint"] for one in said["mutes"]] == [ERRORS]

    shown = run("silence", "list").stdout
    assert shown.startswith("in force kind=errors (each until it is over once) until ")
    assert "  carl: known, see [red]4711[/]\n" in shown
    done = run("silence", "withdraw", said["id"], "--because", "fixed")
    assert done.stdout.startswith(f"Taken back: {said['id']} kind=errors ")
    [one] = json.loads(run("silence", "list", "--json").stdout)["silences"]
    assert (one["id"], one["standing"], one["withdrawn_because"]) == (
        *(said["id"], "withdrawn"),
        "fixed",
    )


def test_an_alert_is_taken_on_listed_and_given_back(run):
    assert run("acknowledgements").stdout.startswith("Nobody has an alert in hand; try: driftgate")
    done = run("acknowledge", ERRORS, "--for", "4h", *KNOWN)
    assert done.stdout.startswith(f"{ERRORS} green of ep has errors is in hand until ")

    shown = run("acknowledgements").stdout
    assert shown.startswith("in force green of ep has errors is in hand until ")
    [one] = json.loads(run("acknowledgements", "--json").stdout)["acknowledgements"]
    assert (one["id"], one["author"], one["alert"]["kind"]) == (ERRORS, "berta", "errors")
    given = run("release", ERRORS[:8]).stdout
    assert given.startswith(f"Given back: {ERRORS} green of ep has errors, which was in hand until")
    assert json.loads(run("acknowledgements", "--json").stdout) == {"acknowledgements": []}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("silence", "kind=*", "--for", "2h"), "matchers fits every alert; name what is meant"),
        (("silence", "kind=drift"), "Say either for how long, as 2h, or until when"),
        (("silence", "kind=drift", "--for", "15d"), "until is more than 14 d after it begins"),
        (("unsilence", "abcdef"), "There is no silence abcdef; in force or to come are: none."),
        (("acknowledge", "f" * 16), "No alert with fingerprint 'ffffffffffffffff' fires that"),
        (("release", ERRORS), f"Nobody has alert {ERRORS} in hand."),
    ],
)
def test_what_is_refused_is_one_sentence_and_exit_code_3(run, words, sentence):
    done = run(*words, *KNOWN)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
