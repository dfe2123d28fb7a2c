"""A route that is quiet at some hours holds what it would tell until they are over."""

from datetime import UTC, datetime

import pytest

from shared.domain.decisions.alerts.muting import muted
from shared.domain.finding import Rule
from shared.domain.policy import Fleet, Hours, Route
from tests.domain.alerts.holding_cases import NOON, case, life

BERLIN = "Europe/Berlin"
HOURS = {
    "nights": Hours(hours="22:00-06:00", zone=BERLIN),
    "weekends": Hours(days=["sat-sun"], zone=BERLIN),
    "office": Hours(days=["mon-fri"], hours="09:00-17:00", zone=BERLIN),
    "mornings": Hours(hours="05:00-09:00", zone=BERLIN),
    "early": Hours(hours="00:00-06:00"),
    "late": Hours(hours="18:00-24:00"),
    "always": Hours(),
    "skipped": Hours(days=["sun"], hours="02:00-03:00", zone=BERLIN),
    "misspelt": Hours(hours="25-26"),
    "nowhere": Hours(zone="Mars/Olympus"),
}
QUIET = [
    ("a night", {"mute": ["nights"]}, "2026-02-03T23:00", "2026-02-04T05:00"),
    ("a night, after midnight", {"mute": ["nights"]}, "2026-02-04T01:00", "2026-02-04T05:00"),
    ("no day", {"mute": ["nights"]}, "2026-02-03T12:00", "told"),
    ("its first moment", {"mute": ["nights"]}, "2026-02-03T21:00", "2026-02-04T05:00"),
    ("not its last", {"mute": ["nights"]}, "2026-02-04T05:00", "told"),
    ("two days as one", {"mute": ["weekends"]}, "2026-02-07T12:00", "2026-02-08T23:00"),
    (
        "one after the other",
        {"mute": ["nights", "mornings"]},
        "2026-02-03T23:00",
        "2026-02-04T08:00",
    ),
    ("over midnight in two", {"mute": ["late", "early"]}, "2026-02-03T19:00", "2026-02-04T06:00"),
    ("outside the office", {"only": ["office"]}, "2026-02-03T17:00", "2026-02-04T08:00"),
    ("over the weekend", {"only": ["office"]}, "2026-02-06T18:00", "2026-02-09T08:00"),
    ("no hour of the office", {"only": ["office"]}, "2026-02-03T12:00", "told"),
    ("neither of two", {"only": ["office", "weekends"]}, "2026-02-06T18:00", "2026-02-06T23:00"),
    (
        "a night, then no office",
        {"mute": ["nights"], "only": ["office"]},
        "2026-02-03T23:00",
        "2026-02-04T08:00",
    ),
    (
        "the night the clocks go forward",
        {"mute": ["nights"]},
        "2026-03-28T23:00",
        "2026-03-29T04:00",
    ),
    ("the night the clocks go back", {"mute": ["nights"]}, "2026-10-24T23:00", "2026-10-25T05:00"),
    ("not an hour that the clocks skip", {"mute": ["skipped"]}, "2026-03-29T01:00", "told"),
    ("for ever", {"mute": ["always"]}, "2026-02-03T12:00", None),
    (
        "what one leaves of the other",
        {"mute": ["nights"], "only": ["early"]},
        "2026-02-03T12:00",
        "2026-02-04T05:00",
    ),
    (
        "for ever, since one excludes the other",
        {"mute": ["office"], "only": ["office"]},
        "2026-02-03T12:00",
        None,
    ),
    ("hours that nobody named", {"mute": ["holidays"]}, "2026-02-03T12:00", "told"),
    ("only hours that nobody named", {"only": ["holidays"]}, "2026-02-03T12:00", "told"),
    (
        "hours that are none",
        {"mute": ["misspelt"], "only": ["nowhere"]},
        "2026-02-03T12:00",
        "told",
    ),
]


@pytest.mark.parametrize(
    ("route", "now", "until"), [q[1:] for q in QUIET], ids=[q[0] for q in QUIET]
)
def test_it_is_quiet_for(route, now, until):
    held = muted(
        case(life("drift"), fleet=Fleet(hours=HOURS), route=Route(**route), now=moment(now))
    )

    if until == "told":
        assert held is None
    else:
        assert held is not None
        assert held.rule is Rule.MUTE_TIME
        assert held.until == (None if until is None else moment(until))


def test_it_says_which_hours_hold_it_and_until_when():
    fleet = Fleet(hours=HOURS)
    night = muted(
        case(
            life("drift"), fleet=fleet, route=Route(mute=["nights"]), now=moment("2026-02-03T23:00")
        )
    )
    outside = muted(
        case(
            life("drift"), fleet=fleet, route=Route(only=["office"]), now=moment("2026-02-03T23:00")
        )
    )
    always = muted(case(life("drift"), fleet=fleet, route=Route(mute=["always"]), now=NOON))

    assert night is not None
    assert (night.by, night.sentence) == (
        "mute nights",
        "Its route mutes the hours nights, until Wednesday 2026-02-04 05:00 UTC.",
    )
    assert outside is not None
    assert (outside.by, outside.sentence) == (
        "only office",
        "Its route is for the hours office; now is outside of them, "
        "until Wednesday 2026-02-04 08:00 UTC.",
    )
    assert always is not None
    assert always.sentence == "Its route mutes the hours always, and there is no end to them."


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
