"""The fleet's meter counts what the service does, and what the adapters for Azure would ask."""

import json
import sqlite3
from collections import Counter

import pytest

from benchmarks.cost_sources import measured
from benchmarks.fleet.__main__ import NAMED, keep
from benchmarks.fleet.figures import figures
from benchmarks.fleet.operations import SERVICES
from benchmarks.fleet.week import Week
from benchmarks.fleet.world import START, FleetWorld
from shared.domain.canonical import parse_time
from shared.schedules import Schedule

MODELS, HOURS = 20, 3


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """A small fleet for three hours at the default schedules: the week and its figures."""
    world = FleetWorld(home=tmp_path_factory.mktemp("fleet"), models=MODELS, hours=HOURS)
    world.write()
    schedules = NAMED["default"]
    week = Week(world, {n: Schedule.parse(t) for n, t in schedules.items()}, lambda _: None)
    week.play()
    return week, figures(week, schedules)


def test_every_message_that_is_handled_is_a_decision_of_the_ledger(played):
    week, found = played
    database = sqlite3.connect(week.world.home / "state" / "driftgate.db")
    decided = [json.loads(text) for (text,) in database.execute("SELECT decision FROM decision")]
    database.close()
    within = [one for one in decided if parse_time(one["decided"]) >= START]

    kinds = Counter(one["event"]["data"].get("check") for one in within)
    by_kind = found["by_kind"]
    for check in ("routing", "health", "drift", "kpi", "collection"):
        met = by_kind[check]
        assert met["executions"] - met["decided_before"] == kinds[check]
    assert kinds["health"] == MODELS * HOURS * 6
    assert kinds["drift"] == MODELS * HOURS


def test_each_timer_fires_as_often_as_its_schedule_says(played):
    _, found = played
    fired = {name: one["executions"] for name, one in found["by_kind"].items()}

    assert fired["timer sweep"] == HOURS * 60
    assert fired["timer routing"] == HOURS * 6
    assert fired["timer drift"] == HOURS
    assert fired["timer retention"] == 1


def test_what_came_from_outside_is_counted_once(played):
    week, found = played
    received = found["by_kind"]["intake"]

    assert found["totals"]["events_from_outside"] == received["executions"]
    told = [at for at, _, _ in week.world.happenings() if START <= at < week.world.end]
    assert 0 < received["executions"] <= len(told)


@pytest.mark.parametrize("kind", ["routing", "health", "reconcile endpoint", "kpi", "heartbeat"])
def test_a_look_asks_of_azure_what_was_measured_there(played, kind):
    """A tenth is left for first looks, policies put again within the hour, and what changes."""
    asked = played[1]["by_kind"][kind]["asked"]
    known = measured()["looks"][kind.removesuffix(" endpoint")]

    for service in ("Log Analytics", "metric query", "table"):
        assert asked.get(service, 0.0) == pytest.approx(known.get(service, 0.0), rel=0.1, abs=1.0)
    if kind != "heartbeat":
        assert asked.get("Resource Manager", 0.0) == pytest.approx(
            known.get("Resource Manager", 0.0), rel=0.1
        )
        assert asked["blob write"] == pytest.approx(known["blob write"], abs=0.5)


@pytest.mark.parametrize("timer", ["routing", "drift", "kpi", "collection", "promotion"])
def test_a_timer_asks_of_tables_and_policies_what_was_measured(played, timer):
    asked = played[1]["by_kind"][f"timer {timer}"]["asked"]
    known = measured()["looks"][f"timer {timer}"]

    assert asked.get("table", 0.0) == known.get("table", 0.0)
    assert asked.get("blob list", 0.0) == known.get("blob list", 0.0)


def test_the_parts_add_up_to_the_totals(played):
    _, found = played
    totals = found["totals"]
    for service in SERVICES:
        parts = sum(
            one["executions"] * one["asked"].get(service, 0.0) for one in found["by_kind"].values()
        )
        listed = totals["policy_listings"] if service == "blob list" else 0
        assert parts + listed == pytest.approx(totals[service], rel=0.01, abs=1)
    assert totals["executions"] == sum(one["executions"] for one in found["by_kind"].values())
    assert totals["messages_received"] == sum(found["queues"]["received"].values())


def test_every_subject_keeps_its_place_in_a_timers_spread(played):
    places = played[1]["fan_out"]

    assert places["timer routing"]["kept_their_place"] == MODELS * (HOURS * 6 - 1)
    assert sum(one["changed_their_place"] for one in places.values()) == 0


def test_the_busiest_second_is_one_of_the_bursts(played):
    week, found = played
    busiest = found["busiest_second"]

    assert busiest["messages"] == sum(busiest["kinds"].values())
    assert busiest["messages"] <= found["busiest_minute"]["messages"]
    handled = sum(
        int(size) * many for sizes in found["bursts"].values() for size, many in sizes.items()
    )
    assert handled == sum(week.meter.received.values())


def test_memory_is_looked_at_each_hour(played):
    assert [hour["hour"] for hour in played[1]["by_hour"]] == [1.0, 2.0, 3.0]
    assert all(hour["resident_mb"] > 0 for hour in played[1]["by_hour"])


def test_runs_are_kept_side_by_side(played, tmp_path):
    path = tmp_path / "fleet.json"
    keep("20 models, default, 3 h", played[1], path)
    keep("10 models, default, 3 h", {**played[1], "models": 10}, path)

    assert list(json.loads(path.read_text())) == [
        "10 models, default, 3 h",
        "20 models, default, 3 h",
    ]
