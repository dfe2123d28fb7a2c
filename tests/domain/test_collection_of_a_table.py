"""Rows that lie in a table are waited for as those of files are: their silence is told."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.collected import RowsSeen
from shared.domain.decisions.collection import decide_collection
from shared.domain.event import Check, check_due
from shared.domain.evidence import CollectionEvidence, DeploymentCollected, TableSeen
from shared.domain.policy import CollectionPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATE, SILENCE = 2 * HOUR, 6 * HOUR


class Model:
    """A model that is looked at again and again, with its state kept between the looks."""

    def __init__(self):
        self.policy = Policy(model="loan", endpoint="ep", collection=CollectionPolicy())
        self.state = SubjectState()

    def look(self, at, *, endpoint="ep", deployments=(), **table):
        """What this look posts and resolves, and its one finding."""
        found = None if deployments else TableSeen(name="LoanRows_CL", **table)
        outcome = decide_collection(
            check_due(Check.COLLECTION, "model/loan", at),
            CollectionEvidence(
                taken=at,
                start=at - LATE - SILENCE,
                settled=at - LATE,
                end=at,
                endpoint=endpoint,
                table=found,
                deployments=deployments,
            ),
            self.policy,
            self.state,
            at,
        )
        self.state = outcome.state
        self.finding = outcome.findings[0]
        signs = {PostAlert: "+", ResolveAlert: "-"}
        return [f"{signs[type(one)]}{one.alert.kind.value}" for one in outcome.actions]

    @property
    def told(self):
        return self.finding.verdict, self.finding.reason


@pytest.fixture
def model():
    """A model whose rows came until noon."""
    made = Model()
    made.look(NOON + LATE, hours=6, last=NOON, requests=360)
    return made


def test_rows_of_the_span_are_a_pass(model):
    assert model.told == (Verdict.PASS, "rows_came")
    assert model.finding.sentence == (
        "Rows of 6 hours from 2026-02-03 06:00 UTC to 2026-02-03 12:00 UTC lie in the table "
        "LoanRows_CL."
    )


def test_a_table_that_stops_is_told_once_after_the_silence(model):
    assert model.look(NOON + LATE + 5 * HOUR, hours=1, last=NOON, requests=360) == []
    assert model.look(NOON + LATE + 6 * HOUR, requests=360) == ["+no_inference_data"]
    assert model.told == (Verdict.FAIL, "no_rows")
    assert model.finding.sentence == (
        "No row that loan scored lies in the table LoanRows_CL since 2026-02-03 12:00 UTC, "
        "although 360 requests were served from 2026-02-03 12:00 UTC to 2026-02-03 18:00 UTC."
    )
    assert model.look(NOON + LATE + 7 * HOUR, requests=360) == []


def test_it_is_over_when_rows_come_again(model):
    model.look(NOON + LATE + 6 * HOUR, requests=360)
    rows = {"hours": 1, "last": NOON + 9 * HOUR, "requests": 360}

    assert model.look(NOON + LATE + 9 * HOUR, **rows) == ["-no_inference_data"]


def test_rows_that_could_still_come_late_end_nothing_yet(model):
    model.look(NOON + LATE + 6 * HOUR, requests=360)

    assert model.look(NOON + LATE + 7 * HOUR, last=NOON + 8 * HOUR, requests=360) == []
    assert model.told == (Verdict.INCONCLUSIVE, "within_silence")


def test_a_model_that_nobody_asks_needs_no_rows(model):
    assert model.look(NOON + LATE + 6 * HOUR, requests=0) == []
    assert model.told == (Verdict.PASS, "no_traffic")


def test_a_few_requests_without_a_row_can_be_chance(model):
    assert model.look(NOON + LATE + 6 * HOUR, requests=3) == []
    assert model.told == (Verdict.INCONCLUSIVE, "too_few_requests")


def test_uncounted_requests_tell_nothing(model):
    model.look(NOON + LATE + 6 * HOUR, requests=360)

    assert model.look(NOON + LATE + 7 * HOUR, requests=None) == []
    assert model.told == (Verdict.INCONCLUSIVE, "requests_unknown")


def test_without_an_endpoint_a_table_that_had_rows_is_silent_without_them(model):
    assert model.look(NOON + LATE + 6 * HOUR, endpoint=None) == ["+no_inference_data"]


def test_without_an_endpoint_a_table_that_never_had_rows_is_waited_for():
    model = Model()

    assert model.look(NOON, endpoint=None) == []
    assert model.look(NOON + 24 * HOUR, endpoint=None) == []
    assert model.told == (Verdict.INCONCLUSIVE, "no_rows_yet")


def test_a_table_that_never_had_rows_is_told_when_it_was_watched_for_the_silence():
    model = Model()

    assert model.look(NOON, requests=360) == []
    assert model.told == (Verdict.INCONCLUSIVE, "within_silence")
    assert model.look(NOON + LATE + SILENCE, requests=360) == ["+no_inference_data"]


def test_alerts_on_deployments_end_when_the_rows_lie_in_a_table():
    """The policy names a table after a deployment fell silent."""
    model = Model()
    blue, green = (
        Deployment(name=name, provisioning_state="Succeeded", model="loan", version="7")
        for name in ("blue", "green")
    )
    rows = RowsSeen(rows=360, settled=360, last=NOON)
    both = [
        DeploymentCollected(deployment=one, inputs=rows, requests=360, steady_rows=360)
        for one in (blue, green)
    ]
    model.look(NOON, deployments=tuple(both))
    silent = DeploymentCollected(
        deployment=blue, inputs=RowsSeen(settled=1, rows=1, last=NOON), requests=360, since_last=360
    )
    stopped = model.look(NOON + 4 * HOUR, deployments=(silent, both[1]))

    assert stopped == ["+data_stopped"]
    assert model.look(NOON + 5 * HOUR, hours=2, last=NOON, requests=360) == ["-data_stopped"]
