"""`driftgate intent`, `intents` and `withdraw` as a person or a program runs them."""

import json
import os
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.domain.alert import AlertKind

OLD = "2026-01-01T00:00:00Z"


@pytest.fixture
def home(tmp_path):
    """An endpoint whose green deployment has waited for long."""
    folder = tmp_path / "home" / "workspace" / "endpoints"
    folder.mkdir(parents=True)
    (folder / "loan-endpoint.yaml").write_text(
        f"traffic: {{blue: 100}}\ndeployments: {{blue: {{changed: {OLD}}}, "
        f"green: {{model: 'loan:8', changed: {_now() - timedelta(hours=2)}}}}}\n"
    )
    return tmp_path / "home"


def _now():
    return datetime.now(UTC)


@pytest.fixture
def run(tmp_path):
    """The command in this process."""
    from typer.testing import CliRunner

    from shared.cli.commands import app

    def command(*words, **environment):
        done = CliRunner().invoke(
            app,
            [str(word) for word in words],
            env={"DRIFTGATE_HOME": str(tmp_path / "home"), **environment},
        )
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return command


@pytest.mark.usefixtures("home")
def test_a_standby_is_said_decided_and_listed(run):
    done = run(
        "intent",
        "loan-endpoint",
        "--standby",
        "green",
        "--until",
        "2d",
        "--because",
        "waits for the auditors",
        "--json",
    )

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["intent"]["deployment"], told["intent"]["standing"]) == ("green", "in force")
    [decision] = told["decisions"]
    assert decision["verdict"] == "pass"
    assert "standby" in {finding["reason"] for finding in decision["findings"]}

    [listed] = json.loads(run("intent", "list", "loan-endpoint", "--json").stdout)["intents"]
    assert listed["id"] == told["intent"]["id"]
    shown = run("intent", "list").stdout
    for words in ("green stands by", "waits for the auditors", "in force", listed["id"]):
        assert words in shown


@pytest.mark.parametrize("kind", [AlertKind.NO_TRAFFIC, AlertKind.UNPLANNED_CHANGE])
def test_the_command_in_an_alerts_first_step_works_as_it_is_printed(run, home, kind):
    """Whoever copies it out of the alert has only to say why."""
    (home / "policies").mkdir()
    (home / "policies" / "loan.yaml").write_text(
        "model: loan\nendpoint: loan-endpoint\nrouting: {changes: planned}\n"
    )
    if kind is AlertKind.UNPLANNED_CHANGE:
        run("intent", "loan-endpoint", "--standby", "blue", "--until", "1h", "--because", "first")
        file = home / "workspace" / "endpoints" / "loan-endpoint.yaml"
        file.write_text(file.read_text().replace("blue: 100", "blue: 10, green: 90"))
    run("intent", "loan-endpoint", "--standby", "red", "--until", "1h", "--because", "any look")
    alerts = json.loads(run("alerts", "--json").stdout)["alerts"]
    [alert] = [a for a in alerts if a["kind"] == kind and a["status"] == "firing"]
    _, _, command = alert["first_step"].partition("driftgate ")

    done = run(*shlex.split(command))

    assert (done.returncode, done.stderr) == (0, "")
    alerts = json.loads(run("alerts", "--json").stdout)["alerts"]
    assert [a["status"] for a in alerts if a["kind"] == kind] == ["resolved"]


@pytest.mark.usefixtures("home")
def test_traffic_of_nobody_is_owned_by_the_word_none(run):
    done = run(
        "intent",
        "loan-endpoint",
        "--traffic",
        "none",
        "--until",
        "1d",
        "--because",
        "...",
        "--json",
    )

    assert json.loads(done.stdout)["intent"]["traffic"] == {}
    assert "loan-endpoint no traffic for any deployment until " in run("intent", "list").stdout


@pytest.mark.usefixtures("home")
def test_traffic_to_come_is_listed_as_that_with_who_says_so(run):
    done = run(
        *("intend", "loan-endpoint", "--traffic", "green=10, blue=90%", "--since", "1d"),
        *("--until", "2d", "--because", "canary [red]x[/]", "--author", "anna"),
    )

    assert done.returncode == 0
    assert "blue 90 %, green 10 % until" in done.stdout
    assert "says anna: canary [red]x[/]" in done.stdout
    [one] = json.loads(run("intent", "list", "--json").stdout)["intents"]
    assert (one["author"], one["standing"]) == ("anna", "to come")
    assert one["traffic"] == {"blue": 90.0, "green": 10.0}


@pytest.mark.usefixtures("home")
def test_the_author_is_who_is_signed_in(run):
    words = ("intend", "loan-endpoint", "--standby", "green", "--until", "1d", "--because", "x")
    done = run(*words, "--json", LOGNAME="berta")

    assert json.loads(done.stdout)["intent"]["author"] == "berta"


@pytest.mark.usefixtures("home")
def test_taken_back_it_is_listed_as_that_and_not_taken_back_again(run):
    words = ("intend", "loan-endpoint", "--standby", "green", "--until", "1d", "--because", "x")
    said = json.loads(run(*words, "--json").stdout)["intent"]["id"]

    done = run("intent", "withdraw", "loan-endpoint", said, "--because", "they came")
    again = run("intent", "withdraw", "loan-endpoint", said, "--because", "they came")

    assert done.returncode == 0
    assert done.stdout.startswith(f"Taken back: {said} green stands by until ")
    assert "0 % of the traffic" in done.stdout
    assert (again.returncode, again.stdout) == (3, "")
    assert again.stderr == f"Intent {said} is over already; there is nothing to take back.\n"
    listed = run("intent", "list", "loan-endpoint").stdout
    assert listed.startswith("withdrawn loan-endpoint green stands by until ")
    assert ": they came" in listed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--standby", "green", "--until", "Friday"], "until is 'Friday', which has no hour"),
        (["--standby", "green", "--until", "91d"], "until is more than 90 days away"),
        (["--standby", "my green", "--until", "1d"], "deployment is 'my green'; write letters"),
        (["--until", "1d"], "Name either a deployment that stands by or the traffic to come."),
        (["--traffic", "green", "--until", "1d"], "--traffic 'green' is no share; write it as"),
        (["--traffic", "green=x", "--until", "1d"], "--traffic 'green=x' is no share"),
        (["--traffic", "green=nan", "--until", "1d"], "traffic of green is nan; give per cent"),
        (["--traffic", "a=50,a=50", "--until", "1d"], "--traffic names a twice; give each one"),
        (["--traffic", "a=50", "--until", "1d"], "traffic sums to 50 %; Azure takes 0 or 100."),
    ],
)
def test_what_cannot_be_meant_exits_three_with_one_sentence(run, words, sentence):
    done = run("intent", "loan-endpoint", *words, "--because", "x")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_what_is_missing_is_wrong_usage(run):
    assert run("intent", "loan-endpoint", "--standby", "green", "--because", "x").returncode == 3
    assert run("intent", "withdraw", "loan-endpoint", "--because", "x").returncode == 3


def test_a_new_home_says_that_nobody_has_said_anything(run):
    assert run("intent", "list").stdout == (
        "Nobody has said anything yet; try: driftgate intent declare --help\n"
    )
    assert "anything about loan-endpoint yet" in run("intent", "list", "loan-endpoint").stdout
    assert json.loads(run("intent", "list", "--json").stdout) == {"intents": []}


def test_where_nobody_is_signed_in_the_author_is_asked_for(monkeypatch):
    from shared.cli.people.saying import signed_in
    from shared.errors import InvalidData

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)

    with pytest.raises(InvalidData, match=r"^Nobody is signed in here; say who you are with"):
        signed_in()


@pytest.mark.usefixtures("home")
def test_where_the_host_works_on_the_queue_the_command_leaves_it_alone(run, tmp_path, monkeypatch):
    """With Azure's adapters the function app decides; here its settings stand on embedded ones."""
    import shared.bootstrap
    from shared.settings import AzureSettings, Settings

    home = tmp_path / "home"
    application = shared.bootstrap.build(Settings(home=home, workspace=home / "workspace"))
    words = ("blob_endpoint", "table_endpoint", "service_bus", "workspace_id", "log_analytics_id")
    azure = AzureSettings(**dict.fromkeys(words, "x"))
    in_azure = replace(application, settings=replace(application.settings, azure=azure))
    monkeypatch.setattr(shared.bootstrap, "build", lambda: in_azure)

    done = run(
        *("intend", "loan-endpoint", "--standby", "green", "--until", "1d"), "--because", "x"
    )

    assert done.returncode == 0
    assert done.stdout.endswith("It is kept and queued; it counts as soon as it is decided.\n")
    assert len(application.queue.peek("checks")) == 1


@pytest.mark.usefixtures("home")
def test_the_status_of_an_endpoint_is_a_table_of_its_routing(run):
    words = ("intend", "loan-endpoint", "--standby", "green", "--until", "1d", "--because", "x")
    run(*words, "--author", "anna")

    shown = run("status", "loan-endpoint").stdout
    flat = " ".join(shown.split())

    heads = "Deployment State Model Declared Mirrored Observed Intended Verdict"
    assert heads in flat
    assert "blue Succeeded 100 % not logged pass has traffic" in flat
    assert "green Succeeded loan:8 0 % not logged 0 % until" in flat
    assert "(anna)" in flat
    assert "Endpoint Succeeded, as seen at" in flat
    routing = json.loads(run("status", "loan-endpoint", "--json").stdout)["subjects"][0]["routing"]
    assert [row["deployment"] for row in routing["deployments"]] == ["blue", "green"]


@pytest.mark.usefixtures("home")
def test_the_status_of_an_endpoint_that_is_not_there_says_why(run):
    run("intent", "elsewhere", "--standby", "green", "--until", "1d", "--because", "x")

    shown = run("status", "elsewhere").stdout
    assert "The workspace has no online endpoint elsewhere." in shown
    assert "Mirrored" not in shown
