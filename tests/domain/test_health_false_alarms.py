"""Looks every ten minutes at an endpoint that keeps its limit hardly ever alarm, and errors do."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.health import (
    CONFIDENCE,
    EACH,
    LIMIT,
    MONTH,
    OURS,
    alarms_a_month,
    fails_from,
    minutes_to_alarm,
)
from shared.domain.decisions.health.proportion import LOOKS_A_DAY, of_each_look, weigh
from shared.domain.event import Check
from shared.domain.shares import at_most
from shared.domain.verdict import Verdict
from shared.settings import Settings

CALLS = sorted({round(1.4**step) for step in range(1, 28)})
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("calls", CALLS)
def test_at_its_limit_a_look_fails_at_most_once_in_a_hundred_days_of_looks(calls):
    """Whatever the traffic: the bound is exact, and holds however much the windows overlap."""
    least = fails_from(calls, of_each_look(CONFIDENCE))
    beyond = 1.0 - at_most(least - 1, calls, LIMIT)

    assert beyond * LOOKS_A_DAY <= 1.0 - CONFIDENCE + 1e-12


@pytest.mark.parametrize("calls", [3, 10, 100, 1000, 5000])
def test_the_simulated_rule_is_the_one_that_decides(calls):
    least = fails_from(calls, of_each_look(CONFIDENCE))

    assert weigh(least, calls, LIMIT, CONFIDENCE).verdict is Verdict.FAIL
    assert weigh(least - 1, calls, LIMIT, CONFIDENCE).verdict is not Verdict.FAIL


def test_the_looks_of_a_day_are_those_of_the_schedule_and_of_the_heartbeat():
    settings = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    minutes = settings["DRIFTGATE_HEALTH_SCHEDULE"].split()[1]

    assert minutes == "4-59/10"
    assert timedelta(days=1) / Settings().periods[Check.HEALTH] == LOOKS_A_DAY


@pytest.mark.parametrize("hourly", [10, 100, 1000])
def test_at_half_the_limit_there_is_less_than_one_false_alarm_in_two_years(hourly):
    rng = np.random.default_rng(20260203)

    assert alarms_a_month(rng, hourly, LIMIT / 2.0, 30, OURS) < 1.0 / 24.0


def test_without_regard_to_how_often_one_looks_there_would_be_many():
    rng = np.random.default_rng(20260203)

    assert alarms_a_month(rng, 10, LIMIT / 2.0, 30, EACH) > 0.4
    assert alarms_a_month(rng, 1000, LIMIT, 10, EACH) > 5.0
    assert alarms_a_month(rng, 1000, LIMIT, 10, OURS) <= 0.3
    assert MONTH == 30 * LOOKS_A_DAY


@pytest.mark.parametrize(
    ("hourly", "rate", "most"), [(30, 1.0, 20.0), (300, 0.2, 20.0), (1000, 0.05, 50.0)]
)
def test_what_fails_is_found_in_a_few_looks(hourly, rate, most):
    rng = np.random.default_rng(20260203)

    assert minutes_to_alarm(rng, hourly, rate, 50)[0] <= most
