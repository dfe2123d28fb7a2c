"""A receiver with a channel and scopes around it, in a time that the test moves."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shared.domain.action import Deliver, PutAside, ScheduleCheck
from shared.domain.alert import AlertKind, Severity
from shared.domain.canonical import canonical_json, content_hash, to_plain
from shared.domain.decisions.receivers import decide_receiver
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import ReceiverEvidence
from shared.domain.notices import Notice, NoticedAlert, NoticeReason
from shared.domain.policy import ChannelKind, Fleet, Pace, ReceiverPolicy
from shared.domain.state import SubjectState

START = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
TEAM = ReceiverPolicy(name="team", channel=ChannelKind.TEAMS, secret="TEAM")  # noqa: S106  a name
ENDS = {
    "delivered",
    "folded",
    "superseded",
    "older",
    "never_told",
    "about_itself",
    "not_wanted",
    "receiver_gone",
    "nothing_to_tell",
    "put_aside",
    "empty",
}


def alert(name="a", *, severity=Severity.WARNING, kind=AlertKind.ERRORS, ended=None, **given):
    return NoticedAlert(
        fingerprint=content_hash(name)[:16],
        kind=kind,
        severity=severity,
        subject=f"endpoint/{name}",
        title=f"{name} answers with errors",
        text="12 % of 400 requests failed.",
        first_step="Look at the log.",
        since=START,
        ended=ended,
        **given,
    )


def notice(
    group="a",
    *,
    number=1,
    made=START,
    severity=Severity.WARNING,
    resolved=False,
    reason=None,
    scope=None,
    alerts=None,
):
    first = NoticeReason.FIRST if number == 1 else NoticeReason.NEW_ALERTS
    given = NoticeReason.ALL_RESOLVED if resolved else first
    return Notice(
        id=content_hash([group, number, made.isoformat()])[:16],
        group=group,
        number=number,
        receiver="team",
        scope=scope or f"model-{group}",
        reason=reason or given,
        severity=severity,
        title=f"{group} has trouble",
        made=made,
        since=START,
        alerts=alerts
        if alerts is not None
        else (alert(group, severity=severity, ended=made if resolved else None),),
    )


@dataclass
class Receiver:
    """Decides events one by one, and keeps what was ordered, asked and found."""

    rule: ReceiverPolicy = TEAM
    state: SubjectState = field(default_factory=SubjectState)
    now: datetime = START
    problem: str | None = None
    orders: list[Deliver] = field(default_factory=list)
    asked: list[Event] = field(default_factory=list)
    asides: list[PutAside] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)
    raised: list = field(default_factory=list)
    found: list = field(default_factory=list)
    events: int = 0

    @property
    def watch(self):
        return self.state.receiver

    def handle(self, kind, data=None, *, notice=None, at=None):
        self.events += 1
        event = Event(
            id=f"event-{self.events}",
            source="tests",
            type=kind,
            subject=f"receiver/{TEAM.name}",
            time=at or self.now,
            data=data or {},
        )
        evidence = ReceiverEvidence(
            taken=self.now,
            fleet=Fleet(receivers=[] if self.rule is None else [self.rule]),
            problem=self.problem,
            notice=notice,
        )
        outcome = decide_receiver(event, evidence, None, self.state, at or self.now)
        self.state = outcome.state
        self.found += outcome.findings
        for action in outcome.actions:
            match action:
                case Deliver():
                    self.orders.append(action)
                case PutAside():
                    self.asides.append(action)
                case ScheduleCheck(event=check) if check.subject.startswith("alerts/"):
                    self.asked.append(check)
                case ScheduleCheck(event=check):
                    self.looks.append(check.time)
                case _:
                    self.raised.append(action)
        return [finding.reason for finding in outcome.findings]

    def make(self, *args, **given):
        made = given.setdefault("made", self.now)
        assert made
        return self.handle(EventType.NOTICE_MADE, notice=notice(*args, **given))

    def deliver(self, order=None, **data):
        order = order or self.orders[-1]
        return self.handle(EventType.NOTICE_DELIVERED, said(order, **data))

    def fail(self, order=None, *, reason="unavailable", final=False, after=None, **data):
        order = order or self.orders[-1]
        sentence = f"{reason} it is."
        why = {"reason": reason, "final": final, "after": after, "sentence": sentence, **data}
        whole = order.notice if final else None
        return self.handle(EventType.NOTICE_UNDELIVERED, said(order, **why), notice=whole)

    def look(self, **later):
        self.now += timedelta(**later)
        event = check_due(Check.ALERTS, "receiver/team", self.now)
        return self.handle(event.type, event.data)

    def ends(self):
        """By notice, how it ended."""
        ended: dict[str, Counter] = {}
        for finding in self.found:
            if finding.thing.startswith("notice/"):
                reasons = ended.setdefault(finding.thing.removeprefix("notice/"), Counter())
                if finding.reason in ENDS:
                    reasons[finding.reason] += 1
        return ended


def said(order, **data):
    told = {"notice": order.notice.id, "group": order.notice.group, "order": order.order}
    return {**told, **data}


def size(state):
    return len(canonical_json(to_plain(state)).decode())


def paced(notices, *, rule=TEAM, burst=None, **per):
    span = timedelta(**per or {"hours": 1})
    return replace(rule, pace=Pace(notices=notices, per=span, burst=burst or notices))
