"""A run of the fleet simulation and the measured day are the same kind of counts."""

from dataclasses import replace

import pytest

from benchmarks.cost_bill import USUAL, bill, requests, seconds, total
from benchmarks.cost_sources import (
    counted_day,
    day_of,
    fleets,
    look,
    measured,
    seconds_a_request,
    simulated_day,
)

RUN = {
    "models": 10,
    "hours": 48,
    "by_kind": {
        "routing": {
            "executions": 2_880,
            "processor_ms": 2.0,
            "asked": {"Resource Manager": 2.0, "Log Analytics": 1.0, "table": 6.0},
        },
        "reconcile endpoint": {"executions": 1_920, "processor_ms": 1.0, "asked": {"table": 6.0}},
        "reconcile model": {"executions": 1_920, "processor_ms": 1.0, "asked": {"table": 7.0}},
        "promotion": {"executions": 576, "processor_ms": 4.0, "asked": {"table": 18.0}},
        "DeploymentCompleted": {"executions": 20, "processor_ms": 1.0, "asked": {"table": 6.0}},
        "intake": {"executions": 20, "processor_ms": 0.5, "asked": {"blob write": 2.0}},
        "alerts PostAlert": {"executions": 4, "processor_ms": 0.1, "asked": {}},
        "timer promotion": {"executions": 576, "processor_ms": 0.3, "asked": {"table": 1.0}},
        "timer sweep": {"executions": 2_880, "processor_ms": 0.4, "asked": {"table": 1.0}},
    },
    "bursts": {"routing": {"10": 288}},
    "queues": {"received": {"checks": 7_316, "alerts": 4}},
    "totals": {"events_from_outside": 20, "policy_listings": 7_316, "kept_bytes": 50_000_000},
}
"""As `benchmarks.fleet` keeps one."""


def test_a_simulated_day_is_the_mean_of_the_runs_days():
    day = simulated_day(RUN)

    assert day.models == 10
    assert day.kinds["routing"].executions == 1_440
    assert day.kinds["routing"].bursts == {10: 288}
    assert (day.told, day.outside, day.listings, day.kept_bytes) == (2, 10, 3_658, 25_000_000)


def test_the_share_that_waits_is_what_a_firing_of_the_promotion_asks():
    assert simulated_day(RUN).waiting == pytest.approx(0.1)


def test_reconciled_models_are_told_apart_by_the_share_that_waits():
    kinds = simulated_day(RUN).kinds

    assert kinds["reconcile"].executions == 960
    assert kinds["reconcile model"].executions == pytest.approx(96)
    assert kinds["reconcile calm model"].executions == pytest.approx(864)


def test_messages_of_the_queue_of_checks_are_no_timers_events_arriving_or_deliveries():
    day = simulated_day(RUN)

    assert day.checks == pytest.approx(7_316 / 2)
    assert not day.kinds["alerts PostAlert"].checked
    assert not day.kinds["intake"].checked


def test_a_simulated_look_takes_the_processor_its_requests_take_with_the_sdks_besides_its_own():
    kind = simulated_day(RUN).kinds["routing"]

    assert kind.processor == pytest.approx(0.002 + 9 * seconds_a_request())


def test_listings_of_policies_are_requests_of_the_day():
    day = simulated_day(RUN)

    assert requests(day)["blob list"] == pytest.approx(3_658 + 864 + 96)


def test_the_sdks_processor_time_a_request_is_near_for_every_look_that_was_measured():
    looks = [name for name in measured()["looks"] if not name.startswith(("timer", "sweep"))]

    for name in looks:
        kind = look(name, 1, {})
        estimated = seconds_a_request() * sum(kind.asked.values())
        assert kind.processor == pytest.approx(estimated, rel=0.4), name


def test_a_look_with_its_waits_takes_longer_than_its_processor_time():
    kind = look("health", 1, {})

    assert seconds(kind) == pytest.approx(kind.processor + 2 * 0.3 + 2 * 0.8 + 4 * 0.3 + 0.09)


def test_a_hundred_models_on_the_default_schedules_are_simulated():
    assert any(name.startswith("100 models, default,") for name in fleets())


def test_the_simulation_and_the_measured_day_come_to_the_same_bill_within_a_fifth():
    alike = replace(USUAL, waiting=0.1, events_a_day=3.0)

    simulated, counted = (total(bill(day, alike)) for day in (day_of(100), counted_day()))
    assert simulated == pytest.approx(counted, rel=0.2)
