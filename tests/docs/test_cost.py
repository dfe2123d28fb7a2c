"""The tables of docs/cost.md are what the counted messages, measured looks and prices come to."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cost_bill
from benchmarks.cost import FLEETS, PAGE, refreshed, tables
from benchmarks.cost_bill import (
    USUAL,
    adjusted,
    bill,
    fact,
    gb_seconds,
    priced,
    requests,
    table,
    total,
)
from benchmarks.cost_counts import Counts
from benchmarks.cost_sources import counted_day, day_of

TEXT = PAGE.read_text(encoding="utf-8")
BENCHMARKS = Path(cost_bill.__file__).parent
PRIVATE = replace(USUAL, private=True)


@pytest.fixture
def day() -> Counts:
    return counted_day()


def test_the_tables_on_the_page_are_those_that_come_out():
    assert refreshed(TEXT) == TEXT
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", TEXT)) == set(tables())


def test_the_page_names_the_day_of_the_price_table():
    assert f"as of {table()['dated']:%-d %B %Y}" in TEXT


def test_every_price_and_fact_has_a_unit_and_says_where_it_is_from():
    entries = [*table()["prices"].values(), *table()["facts"].values()]

    assert all(one["unit"] for one in entries)
    assert all(one.get("price", one.get("value")) > 0 for one in entries)
    assert all(
        re.search(
            r"https://|knowledge|assumption|documentation|public (copy|copies|price)", one["source"]
        )
        for one in entries
    )


def test_every_price_and_fact_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in BENCHMARKS.glob("cost*.py"))
    named = [*table()["prices"], *table()["facts"]]

    assert [name for name in named if f'"{name}"' not in code] == []


def test_looking_more_often_costs_more_and_a_private_network_does(day):
    usual = total(bill(day))

    assert total(bill(day, replace(USUAL, looks=2.0))) > usual
    assert total(bill(day, PRIVATE)) > usual


def test_a_private_network_has_premium_in_place_of_standard(day):
    private = {line.what for line in bill(day, PRIVATE)}

    assert "Service Bus, Premium" in private
    assert not {"Service Bus, Standard", "Service Bus: operations"} & private


def test_what_is_free_is_not_billed(day):
    few = replace(USUAL, looks=0.001, events_a_day=0.0)
    lines = {line.what: line for line in bill(day, few)}

    assert lines["Event Grid"].dollars == 0.0
    assert lines["Metric queries"].dollars == 0.0


def test_a_price_is_taken_above_its_free_amount():
    assert priced("event_grid", 0.1) == 0.0
    assert priced("event_grid", 1.1) == pytest.approx(0.60)
    assert priced("private_endpoints", 6) == pytest.approx(43.80)


def test_as_many_models_as_were_counted_are_the_counted_day(day):
    assert day.at(day.models) == day


def test_messages_grow_with_the_models_and_timers_do_not(day):
    larger = day.at(1_000)

    assert larger.checks == pytest.approx(10 * day.checks)
    assert larger.kinds["routing"].executions == 10 * day.kinds["routing"].executions
    assert larger.kinds["timer routing"] == day.kinds["timer routing"]
    assert larger.kinds["sweep"] == day.kinds["sweep"]


def test_all_looks_of_a_timer_begin_together_in_a_fleet_of_any_size(day):
    assert day.kinds["routing"].bursts == {100: 144}
    assert day.at(1_000).kinds["routing"].bursts == {1_000: 144}


def test_more_looks_are_more_of_what_a_schedule_asks_and_of_nothing_else(day):
    more = adjusted(day, replace(USUAL, looks=2.0))

    changed = {name for name, kind in more.items() if kind != day.kinds[name]}
    assert {"routing", "promotion", "alerts", "timer drift", "reconcile calm model"} <= changed
    assert not {"event", "told", "sweep"} & changed


def test_where_every_version_waits_no_reconciled_model_is_calm(day):
    kinds = adjusted(day, replace(USUAL, waiting=1.0))

    assert kinds["reconcile calm model"].executions == 0
    assert kinds["promotion"].executions == pytest.approx(
        day.kinds["promotion"].executions / day.waiting
    )


def test_a_model_costs_the_same_in_a_fleet_of_any_size_from_a_hundred_on(day):
    each = [total(bill(day.at(models))) / models for models in FLEETS if models >= 100]

    assert max(each) < 1.1 * min(each)


def test_what_is_fixed_costs_the_same_in_a_fleet_of_any_size(day):
    fixed = [
        [line.dollars for line in bill(day.at(models), PRIVATE) if line.fixed] for models in FLEETS
    ]

    assert all(one == fixed[0] for one in fixed)
    assert sum(fixed[0]) > 0


def test_a_part_of_the_day_is_its_own_kinds_and_its_share_of_what_is_kept(day):
    part = day.only({"drift", "timer drift"})

    assert set(part.kinds) == {"drift", "timer drift"}
    assert part.outside == 0
    assert part.kept_bytes / day.kept_bytes == pytest.approx(part.checks / day.checks)


def test_reading_the_rows_of_more_models_takes_more_of_the_function(day):
    none = gb_seconds(day, replace(USUAL, with_rows=0.0))
    some = gb_seconds(day, replace(USUAL, with_rows=0.5))
    all_of_them = gb_seconds(day, replace(USUAL, with_rows=1.0))

    assert none < some
    assert all_of_them - some == pytest.approx(some - none)


def test_the_queries_that_log_analytics_answers_are_those_of_the_capacity_page():
    capacity = (PAGE.parent / "capacity.md").read_text(encoding="utf-8")

    assert "5 queries run at once" in capacity
    assert "6.3 events/s at 0.8 s a query" in capacity
    assert fact("logs_queries") == 5 / 0.8


def test_the_page_says_how_many_versions_wait_at_a_time():
    said = re.search(r"here (\d\.\d) of a hundred models have one at a time", TEXT)

    assert said is not None
    assert said[1] == f"{day_of(100).waiting * 100:.1f}"


def test_the_page_says_from_how_many_models_on_log_analytics_is_asked_too_much():
    day = day_of(100)
    said = re.search(r"From about (\d+) models on the default schedules ask for more", TEXT)
    each = requests(day)["Log Analytics"] / 86_400 / day.models

    assert said is not None
    assert int(said[1]) == pytest.approx(fact("logs_queries") / each, rel=0.05)
