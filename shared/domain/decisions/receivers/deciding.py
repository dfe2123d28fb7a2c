"""Decides what a receiver is told next, whatever happened: a notice, an outcome, or time."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.action import Action, ScheduleCheck
from shared.domain.alert import Alert
from shared.domain.decision import Outcome
from shared.domain.decisions.receivers.breaking import is_closed
from shared.domain.decisions.receivers.desk import LOST, Desk
from shared.domain.decisions.receivers.digests import let_go
from shared.domain.decisions.receivers.ending import end_receiver
from shared.domain.decisions.receivers.outcomes import delivered, lose, undelivered
from shared.domain.decisions.receivers.parking import move, turn
from shared.domain.decisions.receivers.taking import UNREAD_FOR, take
from shared.domain.decisions.receivers.time_there import the_time
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import ReceiverEvidence
from shared.domain.finding import Rule
from shared.domain.policy import ChannelKind, Policy, ReceiverPolicy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

_SOONEST = timedelta(seconds=5)


def decide_receiver(
    event: Event,
    evidence: ReceiverEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Take the event in, send what may be sent, and see to it that the rest is looked at again.

    A clock that goes back does not undo what was seen. While the fleet's file cannot be read,
    notices wait and outcomes count.
    """
    now, watch = the_time(state.receiver, now)
    rule = evidence.fleet.receiver(event.name)
    if rule is None and evidence.problem is None:
        return end_receiver(event, evidence, replace(state, receiver=watch), now)
    if rule is None or evidence.problem is not None:
        channel = ChannelKind(watch.channel) if watch.channel else ChannelKind.LOG
        rule = ReceiverPolicy(name=event.name, channel=channel)
    desk = Desk.open(watch, rule, key=event.key, now=now, unread=evidence.problem)
    if desk.moved:
        move(desk)
        let_go(desk)
    lose(desk)
    _take_in(desk, event, evidence)
    turn(desk)
    if not desk.findings:
        desk.find("nothing_new", _standing(desk), rule=Rule.PACE)
    actions, records = settle(
        state.alerts,
        () if desk.failure is None else (desk.failure,),
        covered=lambda _: desk.healed and desk.failure is None,
        over=lambda alert: _why_over(desk, alert),
        now=now,
    )
    looks, asked = _looks_again(desk, event.subject)
    return Outcome(
        findings=tuple(desk.findings),
        actions=(*desk.actions, *actions, *looks),
        state=replace(
            state, alerts=records, receiver=desk.close(asked), checks=_reported(desk, state)
        ),
    )


def _take_in(desk: Desk, event: Event, evidence: ReceiverEvidence) -> None:
    if evidence.unread is not None:
        desk.find(
            "unreadable",
            f"{event.type.value} cannot be read: {evidence.unread}",
            verdict=Verdict.ERROR,
        )
        return
    match event.type:
        case EventType.NOTICE_MADE if evidence.notice is not None:
            take(desk, evidence.notice)
        case EventType.NOTICE_DELIVERED:
            delivered(desk, event.data)
        case EventType.NOTICE_UNDELIVERED:
            undelivered(desk, event.data, evidence.notice)
        case _:
            pass


def _standing(desk: Desk) -> str:
    folded = 0 if desk.folded is None else desk.folded.count
    if not (desk.flying or desk.waiting or folded):
        return f"Nothing is on its way to {desk.rule.name}, and nothing waits."
    return (
        f"Of {desk.rule.name}: on their way {len(desk.flying)}, waiting {len(desk.waiting)}, "
        f"kept for a digest {spell_number(folded)}."
    )


def _why_over(desk: Desk, alert: Alert) -> str:
    return f"{alert.labels.get('receiver', desk.rule.name)} got a notice again"


def _reported(desk: Desk, state: SubjectState) -> dict[str, datetime]:
    """Asked for by the timer while something is on its way, and not a moment longer."""
    checks = {name: time for name, time in state.checks.items() if name != Check.ALERTS.value}
    return {**checks, Check.ALERTS.value: desk.now} if desk.busy else checks


def _looks_again(desk: Desk, subject: str) -> tuple[tuple[Action, ...], datetime | None]:
    """When the first of all that waits is due; a look that comes sooner is asked for already."""
    times = [flight.since + LOST for flight in desk.flying.values()]
    if desk.unread is not None:
        times += [desk.now + UNREAD_FOR] if desk.busy else []
    else:
        held = [one.until for one in desk.waiting.values()]
        held += [] if desk.folded is None else [desk.folded.due]
        until = desk.breaker.until
        closed = is_closed(desk.breaker, desk.now) and until is not None
        times += [max(time, until) if closed and until is not None else time for time in held]
    asked = desk.watch.asked
    if not times:
        return (), asked if asked is not None and asked > desk.now else None
    due = max(min(times), desk.now + _SOONEST)
    if asked is not None and desk.now < asked <= due:
        return (), asked
    return (ScheduleCheck(event=check_due(Check.ALERTS, subject, due)),), due
