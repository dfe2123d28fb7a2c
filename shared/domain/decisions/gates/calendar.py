"""Promotions happen on the days and in the hours that are meant for them, and in no freeze."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.opening_hours import freeze_at, next_opening, read_zone, within_hours
from shared.domain.policy import CalendarGate
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_there


def judge_calendar(case: Case) -> tuple[Judged, ...]:
    """Open passes; closed waits for the next opening, and says when that is and why.

    Nothing is asked where neither days, hours nor freezes are given.
    """
    calendar = case.gates.calendar
    if not (calendar.days or calendar.hours or calendar.freezes):
        return ()
    zone = read_zone(calendar.zone)
    there = spell_there(case.at, zone, calendar.zone)
    freeze = freeze_at(calendar, case.at)
    if freeze is None and within_hours(calendar, case.at):
        sentence = f"Promotions are open at {there}: {_when(calendar)}."
        return (_judged(case, Verdict.PASS, "open", sentence),)
    opens = next_opening(calendar, case.at)
    told = "They never open; change the calendar in the policy."
    if opens is not None:
        told = f"They open {spell_there(opens, zone, calendar.zone)}."
    if freeze is not None:
        until = spell_there(freeze.end, zone, calendar.zone)
        reason, why = "frozen", f"frozen until {until}: {freeze.reason.rstrip('.')}"
    else:
        reason, why = "closed", _when(calendar)
    sentence = f"Promotions are closed at {there}: {why}. {told}"
    judged = _judged(case, Verdict.INCONCLUSIVE, reason, sentence)
    return (Judged(finding=judged.finding, look_again=opens),)


def _judged(case: Case, verdict: Verdict, reason: str, sentence: str) -> Judged:
    return Judged(
        finding=Finding(
            rule=Rule.CALENDAR_GATE,
            thing=f"stage/{case.stage.name}",
            verdict=verdict,
            reason=reason,
            sentence=sentence,
        )
    )


def _when(calendar: CalendarGate) -> str:
    """When they happen, in words: `on mon-thu, 09:00-16:00`."""
    parts = [f"on {', '.join(calendar.days)}"] if calendar.days else []
    parts += [calendar.hours] if calendar.hours is not None else []
    return f"they happen {', '.join(parts)}" if parts else "they happen outside of freezes"
