"""The command as a person or a program runs it; what a process ends with, in one of its own."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.embedded.queue import EmbeddedQueue
from shared.ports import Message

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "samples" / "events"


def test_a_payload_that_is_handled_prints_its_decision_and_exits_zero(run_alone):
    done = run_alone("send", EVENTS / "arm_online_deployment_write_success.derived.json", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    [decision] = json.loads(done.stdout)["decisions"]
    assert decision["event"]["subject"] == "endpoint/loan-endpoint"
    assert decision["verdict"] == "pass"
    assert decision["findings"][0]["sentence"] == (
        "Deployment blue of loan-endpoint receives 100 % of the traffic."
    )


def test_actions_are_printed_with_their_message_ids(run):
    done = run("send", EVENTS / "aml_model_registered.eventgrid.json", "--json")

    decision, of_scope = json.loads(done.stdout)["decisions"]
    assert of_scope["subject"] == "alerts/sklearn_regression_model"
    assert decision["event_id"] == "831e1650-001e-001b-66ab-eeb76e069631"
    assert decision["subject"] == "model/sklearn_regression_model"
    [action] = decision["actions"]
    assert (action["action"], len(action["message_id"])) == ("PostAlert", 64)


def test_a_refused_payload_exits_three_with_the_sentence_on_standard_error(run, run_alone):
    done = run_alone("send", EVENTS / "slack_incoming_webhook.derived.json")

    assert done.returncode == 3
    assert done.stderr.startswith("The envelope is none we know")
    assert done.stdout == ""

    kept = json.loads(run("events", "--json").stdout)["events"]
    assert [event["refusal"] for event in kept] == [done.stderr.strip()]


def test_a_file_that_is_not_there_is_a_fault(run):
    done = run("send", "nowhere.json")

    assert (done.returncode, done.stderr) == (
        3,
        "nowhere.json cannot be read: No such file or directory.\n",
    )


def test_a_payload_sent_again_is_shown_as_already_decided(run):
    name = EVENTS / "aml_model_registered.eventgrid.json"
    run("send", name)

    again = json.loads(run("send", name, "--json").stdout)

    assert again["decisions"] == []
    assert len(again["already_decided"]) == 1


def test_status_alerts_and_events_tell_what_is_known(run):
    run("send", EVENTS / "aml_model_registered.eventgrid.json")

    overview = json.loads(run("status", "--json").stdout)
    model = json.loads(run("status", "sklearn_regression_model", "--json").stdout)
    alerts = json.loads(run("alerts", "--json").stdout)["alerts"]

    assert [row["subject"] for row in overview["subjects"]] == ["model/sklearn_regression_model"]
    assert len(model["subjects"][0]["decisions"]) == 1
    assert [(alert["kind"], alert["status"]) for alert in alerts] == [("policy_missing", "firing")]


@pytest.mark.parametrize("words", [["status"], ["alerts"], ["events"]])
def test_a_new_home_says_that_there_is_nothing_yet(run, words):
    done = run(*words)

    assert done.returncode == 0
    assert any(word in done.stdout for word in ("Nothing", "No alert"))


@pytest.mark.parametrize("words", [["status"], ["alerts"]])
def test_an_answer_of_nothing_names_where_was_looked(run, words, tmp_path):
    done = run(*words, home=tmp_path / "misspelt")

    assert "misspelt" in "".join(done.stdout.split())


def test_what_people_read_names_subject_verdict_and_sentence(run):
    run("send", EVENTS / "aml_model_registered.eventgrid.json")

    shown = run("status", "sklearn_regression_model").stdout

    assert "model/sklearn_regression_model" in shown
    assert "No policy names the model sklearn_regression_model" in shown


def test_an_unknown_name_is_a_fault_in_one_sentence(run_alone):
    done = run_alone("status", "nobody")

    assert done.returncode == 3
    assert done.stderr == "Nothing is known of nobody; known are: no subjects yet.\n"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DRIFTGATE_ADAPTERS": "cloud"}, "DRIFTGATE_ADAPTERS is 'cloud'"),
        ({"DRIFTGATE_WORKSPACE": "nowhere"}, "DRIFTGATE_WORKSPACE names nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(run, environment, sentence):
    done = run("status", **environment)

    assert done.returncode == 3
    assert done.stderr.startswith(sentence)


def test_a_policy_is_checked_in_one_sentence(run, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("model: a\ngates: {min_acu: 1}\n")

    good = run("policy", ROOT / "samples/policies/loan-default.yaml")
    bad = run("policy", wrong)

    assert (good.returncode, bad.returncode) == (0, 2)
    assert bad.stderr == "wrong.yaml: gates.min_acu is not a known key; write min_auc.\n"


def test_the_demo_tells_the_story_on_real_data(run, tmp_path):
    """The idle deployment is told and closed, the drift is found in its first days."""
    done = run("demo")

    assert done.returncode == 0, done.stderr
    told = done.stdout
    assert (
        "loan-default:8 is not put forward: the gates metric, schema, tags are not passed" in told
    )
    assert "loan-default:9 passed every gate and is put forward for production." in told
    assert (
        "2018-10-30 18:30 to on-call by pagerduty\n"
        "  Critical: deployment green of loan-endpoint succeeded 30 min ago" in told
    )
    assert "  Over: deployment green of loan-endpoint" in told
    assert (
        "2018-11-07 07:00 to credit-risk by teams\n  Warning: deployment blue of loan-endpoint"
        in told
    )
    assert "2019-04-01 06:05 to model-mail by email\n  Warning: loan-default: 3 of 8 fe" in told
    assert "Retraining of loan-default requested because of drift" in told
    assert "loan-default: approved_and_repaid fell 3.7 points since" in told
    assert "anna@example.com has taken it on." in told
    messages = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d to [a-z-]+ by [a-z]+$", told, re.MULTILINE)
    requests = told.count(" REQUEST ")
    assert f"told by {len(messages)} messages to people, and {requests} requests." in told
    assert len(list((tmp_path / "home/demo/notices/on-call").glob("*.txt"))) == told.count(
        "to on-call by pagerduty"
    )
    assert (tmp_path / "home" / "demo" / "report.html").is_file()


def test_smoke_looks_and_writes_its_page(run, tmp_path):
    done = run("smoke", "--since", "7d", "--report", tmp_path / "smoke.md", "--json")

    assert done.returncode == 0, done.stderr
    assert {one["topic"] for one in json.loads(done.stdout)["found"]} >= {"Access", "Events"}
    assert (tmp_path / "smoke.md").read_text().startswith("# What this workspace does")
    wrong = run("smoke", "--since", "soon")
    assert wrong.returncode == 3
    assert "is no duration" in wrong.stderr


def test_smoke_says_by_its_exit_code_that_something_could_not_be_read(run, tmp_path):
    endpoints = tmp_path / "home/workspace/endpoints"
    endpoints.mkdir(parents=True)
    (endpoints / "ep.yaml").write_text("a: [")

    done = run("smoke", "--json")

    assert done.returncode == 1
    assert "ep.yaml is not YAML" in done.stdout


def test_status_says_in_a_line_what_has_waited_for_long(run, tmp_path):
    waits = Message(id="a", queue="checks", session="s", body={"id": "a"})
    ago = datetime.now(UTC) - timedelta(minutes=5)
    (tmp_path / "home").mkdir()
    EmbeddedQueue(tmp_path / "home/queues.db", clock=lambda: ago).send([waits])

    assert "Behind: 1 in checks, the oldest for 5 min." in run("status").stdout
    assert json.loads(run("status", "--json").stdout)["behind"].startswith("Behind: 1 in checks")
