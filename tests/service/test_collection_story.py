"""The endpoint serves and its rows are not collected, or only half of them: somebody is told."""

import json
from datetime import timedelta

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.decisions.collection import decide_collection
from shared.domain.event import Check, Event
from shared.domain.evidence import CollectionEvidence
from shared.domain.state import SubjectState
from shared.errors import InvalidData
from shared.service.codec import decode
from tests.service.collecting import DAY, HOUR, collect, envelope, file_of, write_lines

POLICY = "model: loan-default\nendpoint: loan-endpoint\n"
SUBJECT = "model/loan-default"
MINUTE = timedelta(minutes=1)


class Served:
    """An endpoint whose deployments answer requests and collect rows, hour after hour."""

    def __init__(self, scene):
        self.scene = scene
        self.lines = []

    def requests(self, start, hours, deployment="blue", per_hour=12):
        for number in range(round(hours * per_hour)):
            time = start + number * HOUR / per_hour
            self.lines.append(f"{time.isoformat()},{deployment},200,12")
        self.scene.write(
            "workspace/requests/loan-endpoint.csv",
            "time,deployment,status,duration_ms\n" + "\n".join(sorted(self.lines)) + "\n",
        )

    def look(self, at):
        """The notices of one look: action, kind and what it is about."""
        self.scene.clock.now = at
        before = len(self.scene.notices)
        self.scene.application.service.fan_out(Check.COLLECTION)
        self.scene.drain()
        return [
            (
                {"PostAlert": "+", "ResolveAlert": "-"}[notice["data"]["action"]],
                notice["data"]["alert"]["kind"],
                notice["data"]["alert"]["labels"].get("deployment"),
                notice["data"]["alert"]["labels"].get("what"),
            )
            for notice in self.scene.notices[before:]
        ]

    def last(self):
        return self.scene.last(SUBJECT)

    def finding(self, reason):
        return next(f for f in self.last()["findings"] if f["reason"] == reason)

    def alert(self):
        return self.scene.notices[-1]["data"]["alert"]


@pytest.fixture
def served(scene):
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7", sampling: 100}}')
    return Served(scene)


@pytest.fixture
def midnight(scene):
    return scene.clock.now.replace(hour=0)


def score(rng, n):
    return {"score": rng.random(n)}


def test_rows_that_come_as_requests_do_are_told_with_their_numbers(served, midnight):
    served.requests(midnight, 12)
    collect(served.scene, midnight, midnight + 12 * HOUR, lines=12, rows=1)

    assert served.look(midnight + 12 * HOUR) == []
    assert served.last()["verdict"] == "pass"
    assert served.finding("rows_came")["sentence"] == (
        "Deployment blue collected 72 input rows of 72 requests. All requests are collected. "
        "A request may hold several rows, so a few may still be missing."
    )


def test_no_row_ever_is_told_when_the_silence_of_the_policy_is_over(served, midnight):
    served.requests(midnight - DAY, 48)

    assert served.look(midnight) == []
    assert served.look(midnight + 7 * HOUR) == []
    assert served.finding("within_silence")["verdict"] == "inconclusive"
    assert served.look(midnight + 8 * HOUR) == [("+", "no_inference_data", None, None)]
    assert "although blue served 72 requests" in served.alert()["text"]
    assert "collection: {expected: false}" in served.alert()["first_step"]
    assert served.look(midnight + 9 * HOUR) == []

    collect(served.scene, midnight + 9 * HOUR, midnight + 12 * HOUR, lines=12, rows=1)
    assert served.look(midnight + 12 * HOUR) == [("-", "no_inference_data", None, None)]
    assert served.scene.notices[-1]["data"]["reason"] == "rows are collected again"


def test_without_requests_no_row_is_missed(served, midnight):
    served.requests(midnight - DAY, 1)

    assert served.look(midnight) == []
    assert served.look(midnight + 12 * HOUR) == []
    assert served.finding("no_traffic")["verdict"] == "pass"


def test_where_requests_are_not_counted_silence_raises_nothing(served, midnight):
    assert served.look(midnight) == []
    assert served.look(midnight + DAY) == []
    assert served.finding("requests_unknown")["verdict"] == "inconclusive"
    assert "Switch its traffic log" in served.finding("requests_unknown")["sentence"]


def test_a_policy_that_expects_no_rows_ends_what_was_told(served, midnight):
    served.requests(midnight - DAY, 48)
    served.look(midnight)
    served.look(midnight + 8 * HOUR)
    served.scene.policy(POLICY + "collection: {expected: false}\n")

    assert served.look(midnight + 9 * HOUR) == [("-", "no_inference_data", None, None)]
    assert served.scene.notices[-1]["data"]["reason"] == ("the policy expects no collected rows")


def test_an_hour_whose_rows_end_before_its_requests_is_told_when_they_cannot_come_late(
    served, midnight
):
    served.requests(midnight, 24, per_hour=60)
    collect(served.scene, midnight, midnight + 4 * HOUR, lines=60, rows=1)
    lines = [
        envelope([{"income": 1.0}], midnight + 4 * HOUR + n * MINUTE, f"h{n}") for n in range(20)
    ]
    write_lines(served.scene, file_of(midnight + 4 * HOUR), lines)

    assert served.look(midnight + 6 * HOUR) == []
    assert served.look(midnight + 7 * HOUR) == [("+", "data_stopped", "blue", "model_inputs")]
    assert served.alert()["since"] == "2026-02-03T04:19:00Z"
    assert (
        "The rows of that hour end before its requests do (39 came after)"
        in (served.alert()["text"])
    )
    assert served.look(midnight + 20 * HOUR) == []

    collect(served.scene, midnight + 20 * HOUR, midnight + 23 * HOUR, lines=60, rows=1)
    assert served.look(midnight + 23 * HOUR) == [("-", "data_stopped", "blue", "model_inputs")]


def test_one_deployment_of_two_that_stops_is_told_while_the_other_goes_on(served, midnight):
    served.scene.endpoint(
        "{blue: 50, green: 50}",
        '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}',
    )
    for name in ("blue", "green"):
        served.requests(midnight, 24, name, per_hour=60)
    collect(served.scene, midnight, midnight + 24 * HOUR, lines=12, rows=5)
    collect(served.scene, midnight, midnight + 4 * HOUR, deployment="green", lines=12, rows=5)

    assert served.look(midnight + 5 * HOUR) == []
    assert served.look(midnight + 7 * HOUR) == [("+", "data_stopped", "green", "model_inputs")]

    served.scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    assert served.look(midnight + 8 * HOUR) == [("-", "data_stopped", "green", "model_inputs")]
    assert "green is gone" in served.scene.notices[-1]["data"]["reason"]


def test_traffic_that_ends_with_its_last_row_is_no_fault(served, midnight):
    """Rows know whole seconds, and requests may be counted by the minute."""
    served.requests(midnight, 3, per_hour=3600)
    collect(served.scene, midnight, midnight + 3 * HOUR, lines=120, rows=30)

    assert served.look(midnight + 6 * HOUR) == []
    assert served.last()["verdict"] == "pass"


def test_outputs_that_stop_while_inputs_go_on_are_told(served, midnight):
    served.requests(midnight, 24, per_hour=12)
    collect(served.scene, midnight, midnight + 4 * HOUR, outputs=score, lines=12, rows=1)
    collect(served.scene, midnight + 4 * HOUR, midnight + 12 * HOUR, lines=12, rows=1)

    assert served.look(midnight + 5 * HOUR) == []
    assert served.finding("joined")["estimate"] == 1.0
    assert served.look(midnight + 8 * HOUR) == [("+", "data_stopped", "blue", "model_outputs")]
    assert "none since 2026-02-03 03:55 UTC" in served.alert()["text"]

    collect(
        served.scene,
        midnight + 12 * HOUR,
        midnight + 20 * HOUR,
        outputs=score,
        lines=12,
        rows=1,
    )
    assert served.look(midnight + 20 * HOUR) == [("-", "data_stopped", "blue", "model_outputs")]


def test_outputs_without_the_context_of_their_inputs_do_not_join_and_that_is_told(served, midnight):
    served.requests(midnight, 12, per_hour=12)
    collect(served.scene, midnight, midnight + 10 * HOUR, lines=12, rows=1)
    for hour in range(10):
        at = midnight + hour * HOUR
        lines = [
            envelope([{"score": 0.5}], at, f"other-{hour}-{n}", "model_outputs") for n in range(12)
        ]
        write_lines(served.scene, file_of(at, collection="model_outputs"), lines)

    assert served.look(midnight + 10 * HOUR) == [("+", "data_incomplete", "blue", "join")]
    assert "Hand the context" in served.alert()["first_step"]
    assert served.finding("outputs_not_joined")["n"] == 72


def test_a_column_that_is_suddenly_empty_is_told_since_its_last_value(served, midnight):
    def whole(rng, n):
        return {"income": rng.normal(0.0, 1.0, n), "age": rng.integers(20, 60, n)}

    def without_age(rng, n):
        return {"income": rng.normal(0.0, 1.0, n)}

    served.requests(midnight, 24)
    collect(served.scene, midnight, midnight + 6 * HOUR, inputs=whole, lines=12, rows=2)
    assert served.look(midnight + 6 * HOUR) == []
    collect(
        served.scene,
        midnight + 6 * HOUR,
        midnight + 20 * HOUR,
        inputs=without_age,
        lines=12,
        rows=2,
    )

    assert served.look(midnight + 7 * HOUR) == [
        ("+", "data_stopped", "blue", "model_inputs columns")
    ]
    assert served.alert()["labels"]["column"] == "age"
    assert served.alert()["since"] == "2026-02-03T05:55:00Z"
    for hour in (12, 16, 20):
        assert served.look(midnight + hour * HOUR) == []

    collect(
        served.scene, midnight + 20 * HOUR, midnight + 24 * HOUR, inputs=whole, lines=12, rows=2
    )
    assert served.look(midnight + 24 * HOUR) == [
        ("-", "data_stopped", "blue", "model_inputs columns")
    ]


def test_far_fewer_rows_than_requests_let_expect_are_told_with_an_interval(served, midnight):
    served.requests(midnight, 12, per_hour=60)
    collect(served.scene, midnight, midnight + 12 * HOUR, lines=6, rows=1)

    assert served.look(midnight + 12 * HOUR) == [("+", "data_incomplete", "blue", "model_inputs")]
    finding = served.finding("far_fewer")
    assert (finding["estimate"], finding["limit"], finding["n"]) == (0.1, 0.5, 360)
    assert finding["low"] < 0.1 < finding["high"] < 0.2


def test_sampling_explains_fewer_rows_and_is_told(served, midnight):
    served.scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7", sampling: 10}}')
    served.requests(midnight, 12, per_hour=60)
    collect(served.scene, midnight, midnight + 12 * HOUR, lines=6, rows=1)

    assert served.look(midnight + 12 * HOUR) == []
    assert served.finding("rows_came")["sentence"] == (
        "Deployment blue collected 36 input rows of 360 requests. "
        "10 % of the requests are collected. "
        "A request may hold several rows, so a few may still be missing."
    )


def test_lines_that_cannot_be_read_are_told_when_they_are_many(served, midnight):
    served.requests(midnight, 12)
    collect(served.scene, midnight, midnight + 12 * HOUR, lines=12, rows=1)
    bodies = [envelope({"data": [[1]]}, midnight + 9 * HOUR, f"b{n}") for n in range(40)]
    write_lines(served.scene, file_of(midnight + 9 * HOUR), bodies)

    assert served.look(midnight + 12 * HOUR) == [
        ("+", "data_incomplete", "blue", "model_inputs lines")
    ]
    assert "40 hold the body of a whole request" in served.alert()["text"]


def test_where_only_bodies_of_requests_are_kept_the_way_to_rows_is_told(served, midnight):
    served.requests(midnight, 12)
    write_lines(
        served.scene,
        file_of(midnight + 3 * HOUR, collection="request"),
        [envelope({"data": [[1]]}, midnight + 3 * HOUR, "b", "request")],
    )
    served.look(midnight + 4 * HOUR)

    assert served.finding("bodies_only")["sentence"] == (
        "blue collect the bodies of requests, which are no rows of columns; collect model_inputs "
        "and model_outputs in the scoring script."
    )


def test_more_than_one_question_may_fetch_is_an_error_and_ends_nothing(
    served, midnight, monkeypatch
):
    served.requests(midnight - DAY, 48)
    served.look(midnight)
    served.look(midnight + 8 * HOUR)
    collect(served.scene, midnight + 8 * HOUR, midnight + 9 * HOUR)

    def refused(*_):
        raise InvalidData("What was collected has 3,000,000,000 bytes.")

    monkeypatch.setattr(type(served.scene.application.workspace), "fetch", refused)

    assert served.look(midnight + 9 * HOUR) == []
    assert served.finding("cannot_look")["verdict"] == "error"


def test_a_look_can_be_decided_again_from_what_was_kept(served, midnight):
    served.requests(midnight, 12)
    collect(served.scene, midnight, midnight + 12 * HOUR, outputs=score, lines=12, rows=1)
    served.look(midnight + 11 * HOUR)
    application = served.scene.application
    before = decode(application.ledger.state(SUBJECT).state, SubjectState)
    served.look(midnight + 12 * HOUR)
    kept = served.last()
    plain = json.loads(application.evidence.get(kept["evidence"]))
    evidence = decode(plain, CollectionEvidence)
    assert json.loads(canonical_json(evidence)) == plain

    outcome = decide_collection(
        Event.from_cloud_event(kept["event"]),
        evidence,
        application.policies.for_model("loan-default"),
        before,
        application.clock(),
    )

    assert [f["sentence"] for f in kept["findings"]] == [f.sentence for f in outcome.findings]
    after = decode(application.ledger.state(SUBJECT).state, SubjectState)
    assert outcome.state.collection == after.collection


def test_an_endpoint_that_is_gone_or_carries_another_model_ends_what_was_told(served, midnight):
    served.requests(midnight - DAY, 48)
    served.look(midnight)
    served.look(midnight + 8 * HOUR)
    served.scene.endpoint("{blue: 100}", '{blue: {model: "fraud:1"}}')
    assert served.look(midnight + 9 * HOUR) == [("-", "no_inference_data", None, None)]
    assert served.finding("no_deployment")["verdict"] == "pass"

    (served.scene.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    served.look(midnight + 10 * HOUR)
    assert served.finding("no_endpoint")["verdict"] == "pass"
