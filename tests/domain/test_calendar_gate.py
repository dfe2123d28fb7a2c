"""Promotions wait for the next opening: over nights, weekends, freezes and changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.gates.calendar import judge_calendar
from shared.domain.evidence import PromotionEvidence
from shared.domain.opening_hours import next_opening, read_days, read_hours, read_zone, within_hours
from shared.domain.policy import CalendarGate, Freeze, Gates, Policy
from shared.domain.verdict import Verdict
from shared.domain.world import ModelVersion

BERLIN = "Europe/Berlin"
OFFICE = {"days": ["mon-thu"], "hours": "09:00-16:00", "zone": BERLIN}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def freeze(start, end, reason="year-end closing"):
    return Freeze(start=at(start), end=at(end), reason=reason)


def case(calendar, time, moment=Moment.ENTRANCE):
    return Case(
        policy=(policy := Policy(model="churn", gates=Gates(calendar=calendar))),
        stage=policy.way()[0],
        candidate=ModelVersion(name="churn", version="7"),
        evidence=PromotionEvidence(taken=time),
        moment=moment,
        at=time,
    )


def judge(time, **calendar):
    [judged] = judge_calendar(case(CalendarGate(**calendar), at(time)))
    return judged


def test_without_days_hours_and_freezes_nothing_is_asked():
    assert judge_calendar(case(CalendarGate(), at("2026-02-03 03:00"))) == ()


def test_within_the_hours_of_the_zone_it_passes():
    """09:00 in Berlin is 08:00 UTC in winter."""
    open_ = judge("2026-02-03 08:00", **OFFICE)

    assert (open_.finding.verdict, open_.look_again) == (Verdict.PASS, None)
    assert open_.finding.sentence == (
        "Promotions are open at Tuesday 2026-02-03 09:00 Europe/Berlin: "
        "they happen on mon-thu, 09:00-16:00."
    )


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        pytest.param("2026-02-03 07:59", "2026-02-03 08:00", id="The same morning."),
        pytest.param("2026-02-03 15:00", "2026-02-04 08:00", id="The end is closed: next day."),
        pytest.param("2026-02-05 15:00", "2026-02-09 08:00", id="Over the weekend."),
        pytest.param("2026-03-26 15:00", "2026-03-30 07:00", id="Over the change to summer."),
        pytest.param("2026-10-22 15:00", "2026-10-26 08:00", id="Over the change to winter."),
    ],
)
def test_closed_is_looked_at_again_when_it_opens(now, opens):
    closed = judge(now, **OFFICE)

    assert closed.finding.verdict is Verdict.INCONCLUSIVE
    assert closed.finding.reason == "closed"
    assert closed.look_again == at(opens)


def test_a_closed_day_is_told_with_why_and_when_it_opens():
    closed = judge("2026-02-06 10:00", **OFFICE)

    assert closed.finding.sentence == (
        "Promotions are closed at Friday 2026-02-06 11:00 Europe/Berlin: they happen on mon-thu, "
        "09:00-16:00. They open Monday 2026-02-09 09:00 Europe/Berlin."
    )


def test_a_freeze_is_told_with_its_reason_and_opens_at_the_next_hours_after_it():
    """It ends on a Saturday; two more follow it without a gap."""
    freezes = [
        freeze("2026-02-02 00:00", "2026-02-07 12:00"),
        freeze("2026-02-07 12:00", "2026-02-09 09:30", "stocktaking."),
    ]
    frozen = judge("2026-02-03 10:00", freezes=freezes, **OFFICE)

    assert (frozen.finding.reason, frozen.look_again) == ("frozen", at("2026-02-09 09:30"))
    assert frozen.finding.sentence == (
        "Promotions are closed at Tuesday 2026-02-03 11:00 Europe/Berlin: frozen until Saturday "
        "2026-02-07 13:00 Europe/Berlin: year-end closing. They open Monday 2026-02-09 10:30 "
        "Europe/Berlin."
    )


def test_of_freezes_that_overlap_the_one_that_ends_last_is_told():
    freezes = [
        freeze("2026-02-01 00:00", "2026-02-05 00:00", "short"),
        freeze("2026-02-02 00:00", "2026-02-08 00:00", "long"),
    ]

    frozen = judge("2026-02-03 10:00", freezes=freezes)
    assert "long" in frozen.finding.sentence
    assert frozen.look_again == at("2026-02-08 00:00")


def test_an_opening_that_lies_in_a_freeze_is_passed_over():
    closed = judge(
        "2026-02-05 15:30", freezes=[freeze("2026-02-09 00:00", "2026-02-10 20:00")], **OFFICE
    )

    assert closed.finding.reason == "closed"
    assert closed.look_again == at("2026-02-11 08:00")


def test_outside_of_its_freezes_it_is_open_where_no_hours_are_given():
    open_ = judge("2026-02-03 03:00", freezes=[freeze("2026-12-20 00:00", "2027-01-04 00:00")])

    assert open_.finding.verdict is Verdict.PASS
    assert "they happen outside of freezes" in open_.finding.sentence


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-02-02 21:59", False),
        ("2026-02-02 22:00", True),
        ("2026-02-03 03:59", True),
        ("2026-02-03 04:00", False),
        ("2026-02-01 23:00", False),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin_on(now, is_open):
    """Monday 22:00 to Tuesday 04:00; Sunday night is closed."""
    calendar = CalendarGate(days=["mon"], hours="22:00-04:00")

    assert within_hours(calendar, at(now)) is is_open


def test_hours_that_the_clocks_skip_open_at_the_jump():
    """On 2026-03-29 clocks in Berlin go from 02:00 to 03:00, which is 01:00 UTC."""
    calendar = CalendarGate(hours="02:30-05:00", zone=BERLIN)
    assert next_opening(calendar, at("2026-03-29 00:00")) == at("2026-03-29 01:00")

    skipped = CalendarGate(hours="02:15-02:45", zone=BERLIN)
    assert next_opening(skipped, at("2026-03-29 00:00")) == at("2026-03-30 00:15")


def test_hours_that_come_twice_begin_and_end_at_their_first_time():
    """On 2026-10-25 02:30 is at 00:30 and at 01:30 UTC."""
    calendar = CalendarGate(hours="02:30-05:00", zone=BERLIN)
    assert next_opening(calendar, at("2026-10-25 00:00")) == at("2026-10-25 00:30")
    assert within_hours(calendar, at("2026-10-25 01:10"))

    until = CalendarGate(hours="00:00-02:30", zone=BERLIN)
    assert not within_hours(until, at("2026-10-25 00:40"))


def test_a_freeze_to_the_end_of_time_never_opens_and_waits_for_people():
    ends = datetime.max.replace(tzinfo=UTC)
    calendar = CalendarGate(freezes=[Freeze(start=at("2026-01-01"), end=ends, reason="sold")])
    [judged] = judge_calendar(case(calendar, at("2026-02-03 03:00")))

    assert judged.look_again is None
    assert judged.finding.sentence.endswith("They never open; change the calendar in the policy.")


def test_a_step_of_a_rollout_asks_the_calendar_as_well():
    calendar = CalendarGate(**OFFICE)
    gated = run_gates(case(calendar, at("2026-02-06 10:00"), Moment.STEP), only=["calendar"])

    assert (gated.verdict, gated.look_again) == (Verdict.INCONCLUSIVE, at("2026-02-09 08:00"))


@pytest.mark.parametrize("text", ["monday", "mon-", "mon-fun", "", "1", "mon-tue-wed"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match="write days as mon-thu or sat"):
        read_days([text])


@pytest.mark.parametrize("text", ["9-16", "09:00", "09:00-09:00", "24:00-02:00", "09:00-25:00"])
def test_what_is_no_span_of_hours_is_refused(text):
    with pytest.raises(ValueError, match="write hours as 09:00-16:00"):
        read_hours(text)


@pytest.mark.parametrize("name", ["Berlin", "../../etc/passwd", "Europe", "", "/etc/passwd"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(ValueError, match="write a zone of the IANA database"):
        read_zone(name)


@given(
    minutes=st.integers(0, 365 * 24 * 60),
    days=st.lists(st.sampled_from(["mon-thu", "sat", "fri-sun"]), max_size=2),
    hours=st.none() | st.sampled_from(["09:00-16:00", "22:00-04:00", "02:30-03:00"]),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]),
    frozen=st.lists(st.tuples(st.integers(0, 8000), st.integers(1, 2000)), max_size=3),
)
def test_the_next_opening_is_open_and_every_moment_before_it_is_closed(
    minutes, days, hours, zone, frozen
):
    start = at("2026-01-01 00:00")
    hour = timedelta(hours=1)
    calendar = CalendarGate(
        days=days,
        hours=hours,
        zone=zone,
        freezes=[
            Freeze(start=start + begin * hour, end=start + (begin + length) * hour, reason="x")
            for begin, length in frozen
        ],
    )
    now = start + timedelta(minutes=minutes)

    def is_open(moment):
        frozen_then = any(one.start <= moment < one.end for one in calendar.freezes)
        return within_hours(calendar, moment) and not frozen_then

    opens = next_opening(calendar, now)
    assert opens is not None
    assert is_open(opens)
    for part in range(20):
        moment = now + (opens - now) * part / 20
        assert moment == opens or not is_open(moment)
