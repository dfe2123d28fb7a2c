"""When the timers fire."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.environment import InvalidSetting
from shared.schedules import SCHEDULES, Schedule, schedules

ROOT = Path(__file__).resolve().parent.parent


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "moment", "expected"),
    [
        pytest.param("0 */10 * * * *", "2026-02-03T00:00", "2026-02-03T00:10", id="a step"),
        pytest.param("0 */10 * * * *", "2026-02-03T23:55", "2026-02-04T00:00", id="the next day"),
        pytest.param("30 * * * * *", "2026-02-03T00:00:30.5", "2026-02-03T00:01:30", id="a second"),
        pytest.param("0 2-59/15 * * * *", "2026-02-03T00:47", "2026-02-03T01:02", id="a range"),
        pytest.param("0 5,35 6 * * *", "2026-02-03T06:05", "2026-02-03T06:35", id="a list"),
        pytest.param("0 0 6 * * Mon-Fri", "2026-02-06T07:00", "2026-02-09T06:00", id="weekdays"),
        pytest.param("0 0 0 1 JAN *", "2026-02-03T00:00", "2027-01-01T00:00", id="a month's name"),
        pytest.param("0 0 0 29 2 *", "2026-02-03T00:00", "2028-02-29T00:00", id="a leap day"),
        pytest.param("0 0 0 13 * 5", "2026-02-03T00:00", "2026-02-13T00:00", id="both days match"),
        pytest.param("0 50/5 * * * *", "2026-02-03T00:51", "2026-02-03T00:55", id="from on"),
    ],
)
def test_a_timer_fires_next_at(expression, moment, expected):
    assert Schedule.parse(expression).after(at(moment)) == at(expected)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("*/10 * * * *", "has 5 parts; write six"),
        ("0 60 * * * *", "The minute '60' is out of range; it goes from 0 to 59."),
        ("0 * * * * 7", "The day of week '7' is out of range; it goes from 0 to 6."),
        ("0 30-10 * * * *", "The minute '30-10' is out of range"),
        ("0 */0 * * * *", "The minute '*/0' is out of range"),
        ("0 often * * * *", "The minute 'often' cannot be read."),
    ],
)
def test_what_is_no_schedule_is_refused_with_its_part(expression, sentence):
    with pytest.raises(InvalidSetting) as refused:
        Schedule.parse(expression)
    assert sentence in str(refused.value)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(InvalidSetting, match="never comes"):
        Schedule.parse("0 0 0 30 2 *").after(at("2026-02-03T00:00"))


def test_the_environment_chooses_a_schedule_and_a_wrong_one_names_its_variable():
    chosen = schedules({"DRIFTGATE_ROUTING_SCHEDULE": "0 */5 * * * *"})
    assert chosen["ROUTING"].after(at("2026-02-03T00:00")) == at("2026-02-03T00:05")
    assert chosen["KPI"] == Schedule.parse(SCHEDULES["KPI"])

    with pytest.raises(InvalidSetting, match=r"^DRIFTGATE_KPI_SCHEDULE: The schedule 'x'"):
        schedules({"DRIFTGATE_KPI_SCHEDULE": "x"})


def test_the_defaults_are_those_of_the_sample_settings_and_of_the_bicep():
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    named = {f"DRIFTGATE_{name}_SCHEDULE": text for name, text in SCHEDULES.items()}

    assert {n: text for n, text in values.items() if n.endswith("_SCHEDULE")} == named
    bicep = (ROOT / "infra/modules/app.bicep").read_text()
    assert [line for line in named if f"{line}: '{named[line]}'" not in bicep] == []
