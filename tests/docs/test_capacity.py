"""The tables of docs/capacity.md about a fleet's week are what the kept runs came to."""

import re

from benchmarks.fleet.page import PAGE, WITHIN, differs, kept, of_models, refreshed, tables, weeks

TEXT = PAGE.read_text(encoding="utf-8")
RUNS = weeks(kept())
OF_THOSE_UNDER_WAY = {"timer promotion", "timer alerts", "timer retraining"}


def test_the_tables_on_the_page_are_those_that_come_out():
    assert refreshed(TEXT) == TEXT
    assert set(re.findall(r"<!-- fleet: ([\w-]+) -->", TEXT)) == set(tables())


def test_weeks_of_several_sizes_at_the_same_schedules_are_compared():
    assert [run["models"] for run in RUNS] == [100, 1_000, 10_000]
    assert all(run["schedules"] == RUNS[0]["schedules"] for run in RUNS)


def test_what_a_model_asks_does_not_depend_on_the_size_of_its_fleet():
    assert differs(RUNS) < WITHIN


def test_a_cost_that_grows_with_the_fleet_would_be_seen():
    grown = {
        **RUNS[0],
        "by_kind": {
            kind: {**one, "asked": {name: 2 * asked for name, asked in one["asked"].items()}}
            for kind, one in RUNS[0]["by_kind"].items()
        },
    }

    assert differs([RUNS[0], grown]) > WITHIN
    assert of_models(grown)["table"] == 2 * of_models(RUNS[0])["table"]


def test_no_subject_of_a_timer_that_asks_all_of_them_ever_changed_its_place():
    """The others ask those that have something on their way: the spread follows their number."""
    for run in RUNS:
        for name, one in run["fan_out"].items():
            if name in OF_THOSE_UNDER_WAY:
                assert one["farthest_move_seconds"] <= one["over_seconds"], name
            else:
                assert one["changed_their_place"] == 0, name


def test_memory_does_not_grow_with_the_days_of_the_week():
    """From its highest in the first day on: less than a fifth."""
    for run in RUNS:
        memory = run["memory"]
        assert memory["most_mb"] < 1.2 * memory["first_day_most_mb"]
