"""What a deployment collects is judged by what it served, by its outputs and by its own past.

Longer than most: what is collected is told in one look, where one rule may speak for another, so
the rules are tested on one model.
"""

from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.collected import ColumnSeen, Joined, RowsSeen
from shared.domain.decisions.collection import decide_collection
from shared.domain.decisions.collection.expected import judge_came
from shared.domain.decisions.collection.joined import judge_joined
from shared.domain.decisions.collection.lines import judge_lines
from shared.domain.decisions.collection.sampling import spell_sampling
from shared.domain.decisions.collection.window import window_findings
from shared.domain.event import Check, check_due
from shared.domain.evidence import CollectedSpan, CollectionEvidence, DeploymentCollected
from shared.domain.policy import CollectionPolicy, Policy
from shared.domain.shares import at_most
from shared.domain.state import AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE, SILENCE = 2 * HOUR, 6 * HOUR


class Model:
    """A model that is looked at again and again, with its state kept between the looks."""

    def __init__(self, **collection):
        self.policy = Policy(model="loan", endpoint="ep", collection=CollectionPolicy(**collection))
        self.state = SubjectState()
        self.deployed = {}

    def serves(self, name="blue", *, version="7", requests=None, sampling=None, **seen):
        """A deployment as this look sees it; times in `inputs` and `outputs` are as given."""
        facts = {key: seen.pop(key) for key in ("outputs_sampling", "changed") if key in seen}
        self.deployed[name] = DeploymentCollected(
            deployment=Deployment(
                name=name,
                provisioning_state="Succeeded",
                model="loan",
                version=version,
                sampling=sampling,
                **facts,
            ),
            requests=requests,
            **seen,
        )

    def look(self, at, **evidence):
        """What this look posts and resolves: (`+` or `-`, kind, deployment, what)."""
        facts = {
            "taken": at,
            "start": at - LATE - SILENCE,
            "settled": at - LATE,
            "end": at,
            "endpoint": "ep",
            "deployments": tuple(self.deployed.values()),
            **evidence,
        }
        self.outcome = decide_collection(
            check_due(Check.COLLECTION, "model/loan", at),
            CollectionEvidence(**facts),
            self.policy,
            self.state,
            at,
        )
        self.state = self.outcome.state
        signs = {PostAlert: "+", ResolveAlert: "-"}
        return [
            (
                signs[type(action)],
                action.alert.kind.value,
                action.alert.labels.get("deployment"),
                action.alert.labels.get("what"),
            )
            for action in self.outcome.actions
        ]

    def reasons(self):
        return [finding.reason for finding in self.outcome.findings]

    def finding(self, reason):
        return next(f for f in self.outcome.findings if f.reason == reason)

    def firing(self):
        return sorted(
            record.alert.kind.value
            for record in self.state.alerts.values()
            if record.status is AlertStatus.FIRING
        )


def rows(n, last, **more):
    """So many input rows, the last of them then; settled where it can be no later."""
    return RowsSeen(rows=n, settled=n, last=last, first=last - HOUR, lines=n, **more)


def steady(n, last, requests, **more):
    """Rows that come as requests do."""
    return {
        "inputs": rows(n, last, **more),
        "requests": requests,
        "since_last": 0,
        "hour_left": 0,
        "steady": last - 6 * HOUR,
        "steady_rows": n,
        "steady_requests": requests,
    }


def silent(requests, *, last=None, hour_left=None):
    """Requests without a row."""
    return {"requests": requests, "since_last": requests if last else None, "hour_left": hour_left}


@pytest.fixture
def model():
    """Blue serves and collects since an hour."""
    made = Model()
    made.serves(**steady(100, NOON - HOUR, 100))
    assert made.look(NOON) == []
    return made


class TestInputs:
    def test_rows_for_all_requests_pass(self, model):
        assert model.reasons()[0] == "rows_came"
        assert model.outcome.findings[0].verdict is Verdict.PASS

    def test_a_handful_of_requests_without_a_row_can_be_chance(self, model):
        model.serves(**silent(3, last=NOON))

        assert model.look(NOON + 12 * HOUR) == []
        assert model.finding("too_few_requests").n_needed == 10

    def test_few_rows_of_few_requests_are_undecided(self, model):
        model.serves(**steady(1, NOON, 4))

        assert model.look(NOON + HOUR) == []
        assert model.finding("too_few_requests").verdict is Verdict.INCONCLUSIVE

    def test_as_many_rows_as_requests_are_no_cause_for_doubt_however_few(self, model):
        model.serves(**steady(3, NOON, 3))
        model.look(NOON + HOUR)

        assert model.finding("rows_came").verdict is Verdict.PASS

    def test_rows_without_a_counted_request_are_taken_as_they_are(self, model):
        for requests in (None, 0):
            model.serves(inputs=rows(5, NOON), requests=requests)
            model.look(NOON + HOUR)
            assert model.finding("rows_came").sentence == (
                "Deployment blue collected 5 input rows; no requests are counted, so whether some "
                "are missing is not known."
            )

    def test_far_fewer_rows_alert_and_end_when_enough_come(self, model):
        model.serves(**steady(10, NOON, 100))
        assert model.look(NOON + HOUR) == [("+", "data_incomplete", "blue", "model_inputs")]
        model.serves(**steady(1, NOON, 4))
        assert model.look(NOON + 2 * HOUR) == []
        model.serves(**steady(100, NOON, 100))
        assert model.look(NOON + 3 * HOUR) == [("-", "data_incomplete", "blue", "model_inputs")]

    def test_a_deployment_nobody_calls_any_more_ends_its_alert(self, model):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)
        model.serves(**silent(0))

        assert model.look(NOON + 2 * HOUR) == [("-", "data_incomplete", "blue", "model_inputs")]
        assert model.outcome.actions[0].reason == "deployment blue has no traffic any more"

    def test_rows_that_end_within_their_hour_are_told_before_the_silence_is_over(self, model):
        model.serves(**silent(100, last=NOON - HOUR, hour_left=40))

        assert model.look(NOON + 7 * HOUR) == [("+", "data_stopped", "blue", "model_inputs")]
        alert = model.outcome.actions[0].alert
        assert alert.since == NOON - HOUR
        assert "(40 came after)" in alert.text

    def test_an_end_with_the_hour_waits_for_the_silence(self, model):
        model.serves(**silent(100, last=NOON - HOUR, hour_left=0))

        assert model.look(NOON + 5 * HOUR) == []
        assert model.finding("within_silence").verdict is Verdict.INCONCLUSIVE
        assert model.look(NOON + 7 * HOUR) == [("+", "no_inference_data", None, None)]
        assert model.outcome.actions[0].alert.since == NOON - HOUR

    def test_undecided_looks_neither_raise_nor_end_the_alert_of_the_model(self, model):
        model.serves(**silent(100, last=NOON - HOUR))
        model.look(NOON + 7 * HOUR)
        model.serves(**silent(3, last=NOON - HOUR))

        assert model.look(NOON + 9 * HOUR) == []
        assert model.firing() == ["no_inference_data"]
        model.serves(**silent(0))
        assert model.look(NOON + 10 * HOUR) == [("-", "no_inference_data", None, None)]
        assert model.outcome.actions[0].reason == "no deployment of the model has traffic"

    def test_a_second_deployment_that_stops_too_keeps_the_alert_of_the_first(self, model):
        model.serves("green", version="8", **steady(50, NOON - HOUR, 50))
        model.look(NOON)
        model.serves("green", version="8", **silent(50, last=NOON - HOUR))
        assert model.look(NOON + 4 * HOUR) == [("+", "data_stopped", "green", "model_inputs")]

        model.serves(**silent(100, last=NOON + HOUR))
        assert model.look(NOON + 5 * HOUR) == []
        model.state = replace(
            model.state,
            collection=replace(
                model.state.collection,
                inputs={
                    **model.state.collection.inputs,
                    "blue": replace(model.state.collection.inputs["blue"], last=NOON + HOUR),
                },
            ),
        )
        assert model.look(NOON + 9 * HOUR) == [("+", "no_inference_data", None, None)]
        assert model.firing() == ["data_stopped", "no_inference_data"]

    def test_a_deployment_that_never_collected_is_told_while_another_does(self, model):
        model.serves("green", version="8", changed=NOON, **silent(50))

        assert model.look(NOON + HOUR) == []
        assert model.look(NOON + 8 * HOUR) == [("+", "no_inference_data", "green", "model_inputs")]
        alert = model.outcome.actions[0].alert
        assert "No data collector is stated for green." in alert.text
        assert alert.since == NOON

    def test_the_alert_of_a_model_names_who_served_and_whose_collector_is_off(self):
        made = Model()
        made.serves("blue", sampling=50.0, **silent(60))
        made.serves("green", **silent(60))
        made.look(NOON)

        assert made.look(NOON + 8 * HOUR) == [("+", "no_inference_data", None, None)]
        text = made.outcome.actions[0].alert.text
        assert "although blue, green served 120 requests" in text
        assert text.endswith("No data collector is stated for green.")

    def test_a_collector_that_is_on_is_not_said_to_be_off(self):
        made = Model()
        made.serves("blue", sampling=100.0, **silent(60))
        made.look(NOON)
        made.look(NOON + 8 * HOUR)

        assert made.outcome.actions[0].alert.text.endswith("be watched without them.")

    def test_what_was_served_before_the_first_look_is_not_held_against_a_deployment(self):
        """But once told, it is told since the deployment is there."""
        made = Model()
        made.serves(changed=NOON - DAY, **silent(60))

        assert made.look(NOON) == []
        assert made.look(NOON + 8 * HOUR) == [("+", "no_inference_data", None, None)]
        assert made.outcome.actions[0].alert.since == NOON - DAY


class TestOutputs:
    def both(self, model, at, *, outputs=100, since=0, joined=100, **facts):
        last = at - LATE if outputs else None
        model.serves(
            **steady(100, at - LATE, 100),
            outputs=rows(outputs, last) if outputs else RowsSeen(),
            joined=Joined(
                inputs=100, outputs=outputs, with_outputs=joined, with_inputs=min(joined, outputs)
            )
            if outputs
            else None,
            inputs_since=since,
            **facts,
        )

    def test_nobody_misses_outputs_that_were_never_to_come(self, model):
        assert not any("output" in reason for reason in model.reasons())

    def test_outputs_that_join_pass(self, model):
        self.both(model, NOON + HOUR)
        assert model.look(NOON + HOUR) == []
        assert {"outputs_came", "joined"} <= set(model.reasons())

    def test_outputs_that_never_came_are_told_where_the_collector_says_they_are_on(self, model):
        self.both(model, NOON + HOUR, outputs=0, since=100, outputs_sampling=100.0)

        assert model.look(NOON + HOUR) == [("+", "data_stopped", "blue", "model_outputs")]
        assert "none ever came" in model.outcome.actions[0].alert.text

    def test_outputs_that_stopped_end_their_alert_when_they_come_again(self, model):
        self.both(model, NOON + HOUR)
        model.look(NOON + HOUR)
        self.both(model, NOON + 9 * HOUR, outputs=0, since=50)
        assert model.look(NOON + 9 * HOUR) == [("+", "data_stopped", "blue", "model_outputs")]
        model.serves(**silent(3, last=NOON))
        assert model.look(NOON + 10 * HOUR) == []
        assert "no_inputs" in model.reasons()
        self.both(model, NOON + 11 * HOUR, outputs=0, since=2)
        assert model.look(NOON + 11 * HOUR) == []
        self.both(model, NOON + 12 * HOUR)
        assert model.look(NOON + 12 * HOUR) == [("-", "data_stopped", "blue", "model_outputs")]

    def test_outputs_sampled_at_a_tenth_may_be_absent_for_some_inputs(self, model):
        self.both(model, NOON + HOUR, outputs=10, joined=10, since=20, outputs_sampling=10.0)

        assert model.look(NOON + HOUR) == []
        assert "about 10 % can be expected" in model.finding("joined").sentence

    def test_inputs_sampled_at_nothing_expect_outputs_as_they_are(self, model):
        self.both(model, NOON + HOUR, sampling=0.0)

        assert model.look(NOON + HOUR) == []

    def test_what_does_not_join_is_told_until_it_does(self, model):
        self.both(model, NOON + HOUR, joined=40)
        assert model.look(NOON + HOUR) == [("+", "data_incomplete", "blue", "join")]
        self.both(model, NOON + 2 * HOUR, outputs=0, since=1)
        assert model.look(NOON + 2 * HOUR) == []
        assert "nothing_to_join" in model.reasons()
        self.both(model, NOON + 3 * HOUR)
        assert model.look(NOON + 3 * HOUR) == [("-", "data_incomplete", "blue", "join")]


class TestColumns:
    def columns(self, model, at, *, total=100, version="7", **filled):
        """`filled` gives the rows with a value, and with a tuple also the rows after the last."""
        seen = {}
        for name, told in filled.items():
            count, after = told if isinstance(told, tuple) else (told, 0 if told else total)
            last = at - LATE if count else None
            seen[name] = ColumnSeen(filled=count, last=last, after=after)
        model.serves(version=version, **steady(total, at - LATE, total, columns=seen))
        return model.look(at)

    def test_a_column_that_was_always_filled_and_is_empty_is_told(self, model):
        assert self.columns(model, NOON + HOUR, age=100, income=100) == []
        assert self.columns(model, NOON + 2 * HOUR, age=(60, 40), income=100) == [
            ("+", "data_stopped", "blue", "model_inputs columns")
        ]
        alert = model.outcome.actions[0].alert
        assert alert.labels["column"] == "age"
        assert alert.text.startswith(
            "age had one in 100 % of the rows before, in none of 40 since 2026-02-03 12:00 UTC."
        )

    def test_a_column_keeps_its_share_while_it_is_empty_so_that_few_rows_end_nothing(self, model):
        self.columns(model, NOON + HOUR, age=100)
        self.columns(model, NOON + 2 * HOUR, age=(1, 99))
        self.columns(model, NOON + 3 * HOUR, age=0)
        assert self.columns(model, NOON + 4 * HOUR, total=25, age=0) == []
        assert model.state.collection.inputs["blue"].columns == {"age": 1.0}
        assert self.columns(model, NOON + 5 * HOUR, total=5, age=0) == []
        assert model.firing() == ["data_stopped"]
        assert self.columns(model, NOON + 6 * HOUR, age=100) == [
            ("-", "data_stopped", "blue", "model_inputs columns")
        ]
        assert model.outcome.actions[0].reason.startswith("age holds values again")

    def test_a_column_that_is_rarely_filled_needs_more_rows(self, model):
        self.columns(model, NOON + HOUR, rare=2, often=100)

        assert self.columns(model, NOON + 2 * HOUR, rare=0, often=100) == []
        assert self.columns(model, NOON + 3 * HOUR, total=1000, rare=0, often=1000) == [
            ("+", "data_stopped", "blue", "model_inputs columns")
        ]

    def test_a_column_that_is_no_longer_sent_is_empty(self, model):
        self.columns(model, NOON + HOUR, age=100, income=100)

        assert self.columns(model, NOON + 2 * HOUR, income=100) == [
            ("+", "data_stopped", "blue", "model_inputs columns")
        ]

    def test_many_columns_that_went_at_once_are_one_alert(self, model):
        names = [f"x{n}" for n in range(8)]
        self.columns(model, NOON + HOUR, **dict.fromkeys(names, 100), income=100)

        assert self.columns(model, NOON + 2 * HOUR, income=100) == [
            ("+", "data_stopped", "blue", "model_inputs columns")
        ]
        alert = model.outcome.actions[0].alert
        assert alert.labels["column"] == "several"
        assert "x0, x1, x2 and 5 more of model_inputs of blue are suddenly empty" in alert.title
        assert model.finding("columns_empty").details == {"columns": names}

    def test_another_version_may_have_other_columns(self, model):
        self.columns(model, NOON + HOUR, age=100, income=100)
        self.columns(model, NOON + 2 * HOUR, income=100)

        assert self.columns(model, NOON + 3 * HOUR, version="8", income=100) == [
            ("-", "data_stopped", "blue", "model_inputs columns")
        ]
        assert model.state.collection.inputs["blue"].columns == {"income": 1.0}

    def test_memory_is_bounded(self, model):
        self.columns(model, NOON + HOUR, **{f"x{n}": 100 for n in range(400)})

        assert len(model.state.collection.inputs["blue"].columns) == 300


class TestLines:
    def unread(self, model, at, lines, **counts):
        seen = RowsSeen(
            rows=lines, settled=lines, last=at - LATE, lines=lines, unread=counts, example="i.jsonl"
        )
        model.serves(**{**steady(lines, at - LATE, lines), "inputs": seen})
        return model.look(at)

    def test_many_lines_that_cannot_be_read_alert_until_they_can(self, model):
        alert = ("data_incomplete", "blue", "model_inputs lines")
        assert self.unread(model, NOON + HOUR, 100, elsewhere=30) == [("+", *alert)]
        model.serves(**silent(3, last=NOON))
        assert model.look(NOON + 2 * HOUR) == []
        assert self.unread(model, NOON + 3 * HOUR, 10, broken=1) == []
        assert self.unread(model, NOON + 4 * HOUR, 100) == [("-", *alert)]
        assert model.outcome.actions[0].reason == "the lines can be read again"

    def test_a_few_are_told_and_alert_nobody(self, model):
        assert self.unread(model, NOON + HOUR, 10_000, broken=2, truncated=1) == []
        told = model.finding("lines_unread")
        assert told.verdict is Verdict.PASS
        assert told.sentence == (
            "3 of 10 003 collected lines could not be read: 2 are no JSON objects; 1 were still "
            "being written. The first is i.jsonl."
        )

    def test_a_line_that_is_still_being_written_is_no_fault(self):
        seen = RowsSeen(lines=0, unread={"truncated": 1}, example="i.jsonl line 1")

        assert judge_lines(seen, "x", enforced=True).verdict is Verdict.PASS

    def test_without_such_lines_nothing_is_said(self):
        assert judge_lines(RowsSeen(lines=5), "x", enforced=True) is None


class TestNothingExpected:
    @pytest.mark.parametrize(
        ("change", "reason", "over"),
        [
            ({"endpoint": None}, "no_endpoint", "the endpoint is gone"),
            ({"deployments": ()}, "no_deployment", "no deployment carries the model"),
        ],
    )
    def test_a_reason_ends_every_alert(self, model, change, reason, over):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)

        assert model.look(NOON + 2 * HOUR, **change) == [
            ("-", "data_incomplete", "blue", "model_inputs")
        ]
        assert model.outcome.actions[0].reason == over
        assert model.reasons() == [reason]

    def test_a_policy_that_is_off_or_gone_ends_every_alert(self, model):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)
        model.policy = replace(model.policy, collection=CollectionPolicy(expected=False))
        assert len(model.look(NOON + 2 * HOUR)) == 1
        assert model.reasons() == ["not_expected"]
        model.policy = None
        model.look(NOON + 3 * HOUR)
        assert model.reasons() == ["no_policy"]

    def test_what_cannot_be_read_is_an_error_and_ends_nothing(self, model):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)

        assert model.look(NOON + 2 * HOUR, problem="More than one question may fetch.") == []
        assert model.outcome.findings[0].verdict is Verdict.ERROR
        assert model.firing() == ["data_incomplete"]

    def test_unknown_requests_and_no_rows_end_nothing(self, model):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)
        model.serves(requests=None)

        assert model.look(NOON + 2 * HOUR) == []
        assert model.firing() == ["data_incomplete"]

    def test_a_deployment_that_is_gone_ends_its_alert_and_is_forgotten(self, model):
        model.serves("green", version="8", **steady(10, NOON, 100))
        model.look(NOON + HOUR)
        del model.deployed["green"]

        assert model.look(NOON + 2 * HOUR) == [("-", "data_incomplete", "green", "model_inputs")]
        assert set(model.state.collection.inputs) == {"blue"}

    def test_a_look_that_comes_after_a_later_one_changes_nothing(self, model):
        model.serves(**steady(10, NOON, 100))
        model.look(NOON + HOUR)
        before = model.state
        model.serves(**steady(100, NOON, 100))

        assert model.look(NOON + 30 * MINUTE) == []
        assert model.reasons() == ["looked_later"]
        assert model.state == before

    def test_bodies_of_requests_are_told_as_what_they_are(self, model):
        model.look(NOON + HOUR, bodies=("blue",))

        assert model.finding("bodies_only").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("rate", [1.0, 0.3, 0.01])
def test_rows_sampled_as_stated_are_called_far_too_few_less_than_once_in_ten_thousand(rate):
    for n in (8, 20, 60, 150, 400, 1_000, 5_000):
        enough = bisect_left(
            range(n), 1, key=lambda came: judge_came(came, n, rate).verdict is not Verdict.FAIL
        )
        assert enough == 0 or at_most(enough - 1, n, rate) < 1e-4


def test_nothing_asked_for_is_never_too_little():
    assert judge_came(0, 100, 0.0).verdict is Verdict.PASS
    assert judge_came(0, 0, 1.0).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("joined", "sampling", "verdict", "reason"),
    [
        (Joined(inputs=100, outputs=100, with_outputs=100), {}, "pass", "joined"),
        (Joined(inputs=3, outputs=3, with_outputs=3), {}, "pass", "joined"),
        (Joined(inputs=3, outputs=3, with_outputs=2), {}, "inconclusive", "too_few_rows"),
        (Joined(inputs=900, outputs=500, with_outputs=500), {}, "fail", "outputs_not_joined"),
        (Joined(inputs=900, outputs=90, with_outputs=90), {"b": 10.0}, "pass", "joined"),
        (Joined(inputs=900, outputs=9, with_outputs=9), {"b": 10.0}, "fail", "outputs_not_joined"),
        (Joined(inputs=0, outputs=9), {}, "pass", "nothing_to_join"),
        (Joined(inputs=9, outputs=0), {}, "pass", "nothing_to_join"),
    ],
)
def test_how_inputs_and_outputs_join(joined, sampling, verdict, reason):
    found = judge_joined(joined, "window", sampling, enforced=True)

    assert (found.verdict.value, found.reason) == (verdict, reason)


def test_rows_with_no_id_or_one_that_came_before_are_told():
    joined = Joined(inputs=4, outputs=4, with_outputs=4, repeated_inputs=2, without_id=1)

    assert judge_joined(joined, "window", {}, enforced=False).sentence.endswith(
        "2 rows have an id that came before; 1 rows have no id."
    )


@pytest.mark.parametrize(
    ("sampling", "n", "said"),
    [
        ({}, 5, ""),
        ({"blue": 100.0}, 5, "All requests are collected."),
        ({"blue": 0.0}, 5, "0 % of the requests are collected."),
        ({"blue": 5.0}, 0, "5 % of the requests are collected."),
    ],
)
def test_sampling_is_told_as_far_as_it_is_known(sampling, n, said):
    assert spell_sampling(sampling, n) == said


def test_a_window_without_a_collector_has_nothing_to_tell():
    assert window_findings(None, "window") == ()
    [only] = window_findings(CollectedSpan(), "window")
    assert only.sentence == "0 input rows of 0 files and 0 output rows of 0 files were read."


LOOKS = st.lists(
    st.tuples(
        st.sampled_from([None, 0, 3, 100]),
        st.sampled_from([0, 2, 10, 100]),
        st.sampled_from([0, 40]),
        st.sampled_from([0, 30]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(looks=LOOKS)
def test_whatever_is_seen_each_alert_is_posted_and_resolved_in_turn(looks):
    """And none is posted or resolved by a look at which its rule cannot tell."""
    model = Model()
    told = {}
    for number, (requests, count, left, unread, whole) in enumerate(looks):
        at = NOON + number * HOUR
        seen = steady(count, at - LATE, requests) if count else silent(requests or 0, last=at)
        if count:
            columns = {"x": ColumnSeen(filled=count if whole else 0, last=None, after=count)}
            seen["inputs"] = replace(
                seen["inputs"], columns=columns, unread={"broken": unread} if unread else {}
            )
        model.serves(**{**seen, "requests": requests, "hour_left": left})
        model.look(at)
        for action in model.outcome.actions:
            told.setdefault(action.alert.fingerprint, []).append(type(action))
    for actions in told.values():
        assert actions == ([PostAlert, ResolveAlert] * len(actions))[: len(actions)]
