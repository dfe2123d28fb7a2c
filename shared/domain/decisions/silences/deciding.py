"""What becomes of a silence, and when it is looked at again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decision import Outcome
from shared.domain.decisions.silences.asking import asked_of, asked_on
from shared.domain.decisions.silences.telling import found, looked
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence.alerts import SilencesEvidence
from shared.domain.notices import Silence
from shared.domain.people.silence import silences_after
from shared.domain.policy import Policy
from shared.domain.state import SubjectState

_CHECK = Check.ALERTS.value
_SAID = frozenset({EventType.SILENCE_GIVEN, EventType.SILENCE_WITHDRAWN})


def decide_silences(
    event: Event,
    evidence: SilencesEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Keep what was said, and have every scope that it may concern look at its alerts again.

    So when a silence begins, ends or is taken back. While one is in force or to come, the next
    such moment is asked for, and the timer asks besides.
    """
    after = silences_after(event, state.silences, now)
    moved = _moved(event, state.silences, after, state.checks.get(_CHECK), now)
    if event.type in _SAID:
        scopes, actions = asked_of(moved, evidence.scopes, event, now)
        findings = (found(event, state.silences, after, len(scopes), now),)
    else:
        scopes, actions = asked_on(moved, after, evidence.scopes, event, now)
        findings = (looked(event, after, len(scopes), now),)
    again, asked = _again(after, state.asked, now)
    return Outcome(
        findings=findings,
        actions=(*actions, *again),
        state=replace(state, silences=after, asked=asked, checks=_checks(state.checks, after, now)),
    )


def _moved(
    event: Event,
    before: Sequence[Silence],
    after: Sequence[Silence],
    last: datetime | None,
    now: datetime,
) -> list[Silence]:
    """Those that hold otherwise than at the last look: begun, ended, given or taken back."""
    known = {one.id: one for one in before}
    said = str(event.data.get("silence")) if event.type in _SAID else None
    return [
        one
        for one in after
        if (one.id == said and one != known.get(one.id) and one.since <= now)
        or (last is not None and (last < one.since <= now or last < one.end <= now))
    ]


def _again(
    silences: Iterable[Silence], asked: datetime | None, now: datetime
) -> tuple[tuple[Action, ...], datetime | None]:
    """The look at the next moment at which one begins or ends, where it is not asked for yet."""
    moments = [moment for one in silences for moment in (one.since, one.end) if one.end > now]
    following = min((moment for moment in moments if moment > now), default=None)
    if following is None:
        return (), None
    if asked is not None and now < asked <= following:
        return (), asked
    look = check_due(Check.ALERTS, "silences/fleet", following)
    return (ScheduleCheck(event=look),), following


def _checks(
    checks: dict[str, datetime], silences: Iterable[Silence], now: datetime
) -> dict[str, datetime]:
    """Reported as long as one is in force or to come, so that the timer asks as well."""
    if not any(one.end > now for one in silences):
        return {name: time for name, time in checks.items() if name != _CHECK}
    return {**checks, _CHECK: max(checks.get(_CHECK, now), now)}
