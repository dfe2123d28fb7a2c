"""Sentences about promotions: what they write, what they refuse, and what then has to be seen."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.event import EventType
from shared.errors import InvalidScenario
from shared.scenarios import play
from shared.scenarios.devops_events import approval_completed, check_call, run_completed
from shared.scenarios.requests import Flow, RequestLog
from shared.scenarios.workspace import WorkspaceFiles
from shared.service.intake import parse

TUESDAY = datetime(2026, 2, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORLD = "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
START = "watched from the start\n"
POLICY = (
    "policy\n  model: churn\n  gates: {min_auc: 0.9}\n"
    "  stages: [{name: production, pipeline: 12, approvals: 1}]\n"
)
REGISTERED = (
    "at 00:01 model churn:7 is registered, auc 0.95\n"
    "at 00:01 expect request promotion of churn:7 to production\n"
)


def failures(script, text):
    return [failure.spelled() for failure in play(script(START + text)).failures]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            'at 00:05 anna withdraws the last override of churn:7 because "x"\n',
            "line 2: nobody lets a gate of churn:7 pass.",
            id="Nothing was let pass.",
        ),
        pytest.param(
            'at 00:05 anna lets readable of churn:7 pass until 01:00 because "x"\n',
            "line 2: gates has 'readable', which cannot be let pass",
            id="What can never be let pass.",
        ),
        pytest.param(
            'at 00:05 anna lets metric/auc of churn:7 pass until day 9 01:00 because "x"\n',
            "line 2: until is more than 7 days away",
            id="Longer than a week.",
        ),
        pytest.param(
            "at 00:05 model churn:7 is deleted\n",
            "line 2: there is no model churn:7.",
            id="A version that is not there.",
        ),
        pytest.param(
            "pipeline ../12\n",
            "line 2: '../12' is no number and no workflow.",
            id="A pipeline outside of the folder.",
        ),
    ],
)
def test_what_cannot_happen_is_one_sentence_with_its_line(script, text, sentence):
    with pytest.raises(InvalidScenario, match=r"^a\.scenario line 2: ") as refusal:
        play(script(START + text + "at 00:10 nothing fires\n"))

    assert sentence in str(refusal.value)


def test_a_run_that_was_never_started_is_a_failure_that_says_what_was_found_instead(script):
    text = POLICY + "pipeline 12\nat 00:01 model churn:7 is registered, auc 0.8\n"
    text += "at 00:01 expect alert promotion_blocked of churn\n"
    [failure] = failures(
        script, text + "at 00:05 the pipeline run of churn:7 succeeds\nat 00:06 expect nothing\n"
    )

    assert failure.startswith("line 9: no pipeline run of churn:7 was started\n")
    assert "auc is 0.8, below the floor of 0.9." in failure


def test_a_run_that_undoes_a_promotion_is_not_the_one_that_is_spoken_of(script):
    run = "{state: inProgress, correlation: %s, parameters: {model: churn, version: '7'}}"
    text = "".join(
        f"workspace file pipelines/{pipeline}/{number}.yaml\n  {run % correlation}\n"
        for pipeline, number, correlation in ((12, 4, "abc"), (13, 5, "abc-rollback"))
    )
    text += "at 00:05 the pipeline run of churn:7 in staging fails\nat 00:10 nothing fires\n"

    assert failures(script, text)[0].startswith(
        "line 6: no pipeline run of churn:7 to staging was started"
    )
    assert failures(script, text.replace(" in staging", "")) == []


def test_a_platform_that_may_not_be_read_is_an_error_and_the_promotion_goes_on_later(script):
    text = POLICY + "pipeline 12\n" + REGISTERED
    text += "from 00:05 until 00:20 the delivery platform may not be read\n"
    text += 'between 00:06 and 00:15 expect verdict error of approval because "was refused (403)"\n'
    text += "at 00:25 anna approves churn:7\nat 00:26 the pipeline run of churn:7 succeeds\n"
    text += "within 5 min expect verdict pass of promotion\n"

    assert failures(script, text) == []


def test_each_answer_to_a_check_has_to_be_expected(script):
    text = POLICY + "pipeline 12\n" + REGISTERED
    text += "at 00:05 anna approves churn:7\nat 00:06 Azure DevOps asks for churn:7 in production\n"
    told = failures(script, text + "at 00:10 nothing fires\n")

    assert len(told) == 1
    assert told[0].startswith("nobody expected what was told at 00:06 check passes of model/churn")
    assert failures(script, text + "at 00:07 expect check of churn:7 fails\n")[0].startswith(
        "line 11: at 00:07 expect check of churn:7 fails"
    )


def test_traffic_that_is_not_as_expected_says_how_it_is(script):
    text = WORLD + "  deployment green is there since 1 day\n"
    text += "at 00:05 traffic blue 90 green 10\nat 00:05 expect traffic green 10 blue 90\n"
    text += "at 00:04 expect traffic blue 100 of churn-endpoint\n"
    text += "at 00:19 traffic blue 100\nat 00:20 mirror green 5\nat 00:21 expect mirror green 5\n"
    assert failures(script, text + "at 00:18 expect mirror none\n") == []

    [failure] = failures(script, text + "at 00:25 expect traffic green 100\n")
    assert "told instead:\n    00:19 traffic blue 100 of churn-endpoint" in failure


def test_a_tag_is_seen_from_when_it_is_set(script):
    text = 'at 00:01 model pricing:1 is registered silently, tag owner "risk"\n'
    text += 'at 00:10 tag owner of pricing:1 becomes "sales"\n'
    text += 'at 00:05 expect tag owner "risk" of pricing:1\n'

    assert failures(script, text + 'at 00:11 expect tag owner "sales" of pricing:1\n') == []
    assert len(failures(script, text + 'at 00:11 expect tag owner "risk" of pricing:1\n')) == 1


def test_the_hooks_of_azure_devops_are_read_as_events():
    [run] = parse(run_completed("12", 41, "succeeded", at=TUESDAY))
    [approval] = parse(approval_completed("a-1", "approved", "anna", "fine", at=TUESDAY))

    assert (run.event.type, run.event.subject) == (EventType.PIPELINE_RUN_COMPLETED, "pipeline/12")
    assert (run.event.data["run"], run.event.data["result"]) == (41, "succeeded")
    assert (approval.event.type, approval.event.data["status"]) == (
        EventType.APPROVAL_GIVEN,
        "approved",
    )


def test_a_check_names_the_version_only_where_its_stage_is_named():
    named = check_call("churn:7", "production", run=41, pipeline="12", number=1)
    alone = check_call("churn:7", None, run=41, pipeline="12", number=2)

    assert named.query == {"model": "churn", "version": "7", "stage": "production"}
    assert (alone.query, alone.headers["BuildId"], alone.headers["DefinitionId"]) == (
        {},
        "41",
        "12",
    )
    assert named.task != alone.task


def test_what_was_logged_ahead_is_taken_back_when_the_shares_change(tmp_path):
    """Driftgate moves traffic at a time that no sentence names."""
    files = WorkspaceFiles(tmp_path / "workspace")
    files.endpoint("e")["traffic"] = {"blue": 100.0}
    files.write_endpoint("e")
    log = RequestLog(files, TUESDAY)
    log.set("e", None, Flow(a_minute=60, statuses_at=(("green", (100.0, (500, None))),)))
    log.extend(TUESDAY + 60 * MINUTE)

    path = tmp_path / "workspace/endpoints/e.yaml"
    path.write_text(json.dumps({**json.loads(path.read_text()), "traffic": {"green": 100.0}}))
    log.rewind(TUESDAY + 20 * MINUTE)
    log.extend(TUESDAY + 60 * MINUTE)

    lines = (tmp_path / "workspace/requests/e.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    assert len(rows) == len({row[0] for row in rows}) == 3600
    assert [row[1] for row in rows] == ["blue"] * 1200 + ["green"] * 2400
    assert {(row[1], row[2]) for row in rows} == {("blue", "200"), ("green", "500")}


ASKING = POLICY.replace("approvals: 1", "approvals: {needed: 1, given: driftgate}")
WAITS = (
    "at 00:01 model churn:7 is registered, auc 0.95\n"
    "at 00:01 expect alert promotion_waiting of churn\n"
)


def test_an_approval_given_to_driftgate_is_said_by_its_command(script):
    given = 'at 00:05 anna gives approval of churn:7 in production because "ok"\n'
    expected = (
        "at 00:05 expect request promotion of churn:7 to production\n"
        "at 00:05 expect resolve promotion_waiting of churn\n"
    )

    assert failures(script, "pipeline 12\n" + ASKING + WAITS + given + expected) == []


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ('anna gives approval of churn:8 because "ok"', "No promotion of churn:8 is on its way"),
        ('anna denies approval of churn:7 in test because "ok"', "churn:7 to test is on its way"),
        ('anna withdraws the last approval of churn:7 because "ok"', "anna has approved nothing"),
    ],
)
def test_what_driftgate_refuses_of_an_approval_is_an_answer(script, said, refusal):
    text = f'at 00:05 {said}\nat 00:05 expect refusal "{refusal}"\n'

    assert failures(script, "pipeline 12\n" + ASKING + WAITS + text) == []
