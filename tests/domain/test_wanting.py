"""What asks for a retraining: a problem when it begins and once a day while it lasts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.action import WantRetraining
from shared.domain.decisions.external.monitor import decide_monitor
from shared.domain.decisions.wanting import wanted, wants_again
from shared.domain.evidence import MonitorEvidence
from shared.domain.state import SubjectState
from tests.domain.test_kpi import DAY, HOUR, SHIFT, START, beside, fallen
from tests.domain.test_kpi import World as Approvals
from tests.domain.test_monitors import NIGHT, breached, ran

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lasting", "last", "now", "asks"),
    [
        (False, None, NOON, True),
        (False, NOON, NOON, True),
        (True, None, NOON, False),
        (True, NOON, NOON + 11 * HOUR, False),
        (True, NOON, NOON + 12 * HOUR, True),
        (True, NOON, NOON - DAY, False),
    ],
)
def test_a_problem_asks_when_it_begins_and_on_each_later_day(lasting, last, now, asks):
    assert wants_again(lasting, last, now) is asks


def test_names_that_came_with_the_data_are_one_line_bounded_and_each_once():
    names = ["a\nb", "a b", "x" * 5000, *(f"f{number}" for number in range(100))]

    want = wanted("churn", "drift", since=NOON, end=NOON - HOUR, features=names)

    assert want.features[0] == "a b"
    assert len(want.features) == 50
    assert max(map(len, want.features)) == 120
    assert want.window == "2026-02-03T11:00:00Z/2026-02-03T11:00:00Z"


def wants(outcome):
    return [action for action in outcome.actions if isinstance(action, WantRetraining)]


def fell(**options):
    """Approvals that fell without any change of what serves."""
    world = Approvals(traffic=(), deployments={}, **options)
    world.rate(0.65, START, SHIFT)
    world.rate(0.61, SHIFT, SHIFT + 3 * DAY, seed=2)
    return world


def test_a_kpi_asks_for_a_retraining_where_its_owner_wants_that():
    world = fell(retrain=True)

    world.look(SHIFT + 9 * HOUR)
    [want] = wants(world.outcome)
    assert (want.model, want.cause) == ("churn", "kpi/approvals")
    assert want.window.endswith("/2026-02-03T22:00:00Z")

    world.look(SHIFT + 9 * HOUR + HOUR / 2)
    assert wants(world.outcome) == []
    world.look(SHIFT + DAY)
    [again] = wants(world.outcome)
    assert again.window != want.window


@pytest.mark.parametrize("world", [fell(), fallen(retrain=True)], ids=["not wanted", "a rollout"])
def test_a_kpi_that_a_rollout_explains_or_nobody_retrains_for_asks_for_nothing(world):
    assert world.look(SHIFT + 12 * HOUR) == [("+", "kpi_changed")]
    assert wants(world.outcome) == []


def test_a_deployment_that_does_worse_than_the_one_beside_it_asks_for_nothing():
    world = beside(0.08, traffic=(), retrain=True)

    assert world.look(SHIFT + DAY) == [("+", "kpi_differs")]
    assert wants(world.outcome) == []


class Monitor:
    """A monitor whose breaches two models are retrained for."""

    def __init__(self):
        self.state = SubjectState()

    def take(self, event):
        evidence = MonitorEvidence(taken=event.time, models=("loan", "loan-old"))
        outcome = decide_monitor(event, evidence, None, self.state, event.time)
        self.state = outcome.state
        return wants(outcome)


def test_a_breach_asks_for_a_retraining_of_each_model_that_names_the_monitor():
    monitor = Monitor()

    asked = monitor.take(breached(NIGHT, "r1"))

    assert [(one.model, one.cause) for one in asked] == [
        ("loan", "monitor/loan-monitor/drift"),
        ("loan-old", "monitor/loan-monitor/drift"),
    ]
    assert asked[0].features == ("income",)


def test_the_steps_of_a_run_ask_once_and_the_run_of_the_next_night_again():
    monitor = Monitor()
    monitor.take(breached(NIGHT, "r1"))

    assert monitor.take(breached(NIGHT + timedelta(minutes=1), "r1", run="r1")) == []
    assert len(monitor.take(breached(NIGHT + DAY, "r2"))) == 2


def test_a_breach_that_is_told_late_asks_for_nothing():
    monitor = Monitor()
    for root, at in (("r1", NIGHT), ("r2", NIGHT + DAY)):
        look = ran(root, at)
        monitor.state = replace(
            monitor.state,
            monitor=replace(
                monitor.state.monitor,
                completed={**monitor.state.monitor.completed, root: look.time},
            ),
        )

    assert monitor.take(breached(NIGHT - HOUR, "r0")) == []
