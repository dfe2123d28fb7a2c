"""Moments as people write them, and what is refused because it could be two."""

from datetime import UTC, datetime

import pytest

from shared.errors import InvalidData
from shared.policies.moments import parse_moment, parse_past

TUESDAY = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2d", "2026-02-05T12:00"),
        ("90m", "2026-02-03T13:30"),
        ("PT1H", "2026-02-03T13:00"),
        ("Friday 18:00Z", "2026-02-06T18:00"),
        ("friday 18:00", "2026-02-06T18:00"),
        ("Fri 8:30", "2026-02-06T08:30"),
        ("Friday  18:00+01:00", "2026-02-06T17:00"),
        ("Tuesday 18:00Z", "2026-02-03T18:00"),
        ("Tuesday 12:00Z", "2026-02-10T12:00"),
        ("Monday 09:00Z", "2026-02-09T09:00"),
        ("Wednesday 00:30+14:00", "2026-02-10T10:30"),
        ("18:00Z", "2026-02-03T18:00"),
        ("9:00", "2026-02-04T09:00"),
        ("2026-02-06T18:00Z", "2026-02-06T18:00"),
        ("2026-02-06 18:00", "2026-02-06T18:00"),
        ("2026-02-06T18:00:00+01:00", "2026-02-06T17:00"),
        (" 2026-02-01T00:00Z ", "2026-02-01T00:00"),
    ],
)
def test_a_moment_is_the_next_that_fits_in_utc(text, moment):
    assert parse_moment(text, TUESDAY, "until") == datetime.fromisoformat(moment + "+00:00")


@pytest.mark.parametrize("text", ["Friday", "fri", "2026-02-06", "20260206"])
def test_a_day_without_its_hour_may_begin_or_end_then(text):
    with pytest.raises(InvalidData, match=rf"^until is '{text}', which has no hour; write for"):
        parse_moment(text, TUESDAY, "until")


@pytest.mark.parametrize(
    "text",
    ["", "soon", "Fr 18:00", "Someday 18:00", "Friday 25:00", "18:61", "2026-13-01T00:00", "0d"],
)
def test_what_is_no_time_is_refused_with_what_to_write(text):
    with pytest.raises(InvalidData) as refusal:
        parse_moment(text, TUESDAY, "since")

    assert str(refusal.value) == (
        f"since is {text!r}, which is no time; write 2d, Friday 18:00Z or 2026-02-06T18:00Z."
    )


@pytest.mark.parametrize("text", ["9999999999d", "9999-12-31T23:59-23:59", "999999d"])
def test_a_moment_that_no_calendar_has_is_no_time(text):
    with pytest.raises(InvalidData, match="which is no time"):
        parse_moment(text, TUESDAY, "until")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30d", "2026-01-04T12:00:00"),
        ("2026-02-01T06:00Z", "2026-02-01T06:00:00"),
        ("2026-02-01", "2026-02-01T00:00:00"),
        ("Friday 18:00Z", "2026-01-30T18:00:00"),
        ("18:00Z", "2026-02-02T18:00:00"),
        ("9:00", "2026-02-03T09:00:00"),
    ],
)
def test_looking_back_a_span_an_hour_and_a_day_alone_are_those_that_were(text, moment):
    assert parse_past(text, TUESDAY, "since") == datetime.fromisoformat(moment + "+00:00")


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "Friday", ""])
def test_what_is_no_time_to_look_back_to_is_refused_by_its_field(text):
    with pytest.raises(InvalidData, match=r"^since is "):
        parse_past(text, TUESDAY, "since")
