"""A time script: at a time something happens, and between two times somebody is told of it.

Subjects raise and end alerts as the real ones do, their states are the truth, and looks that are
asked for come when they are due unless they are lost.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.domain.action import Notify, ScheduleCheck
from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.canonical import to_plain
from shared.domain.decisions.alerts import decide_alerts
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import AlertsEvidence
from shared.domain.notices import Matcher, Silence
from shared.domain.policy import (
    AlertPolicy,
    ChannelKind,
    Flapping,
    Fleet,
    Policy,
    ReceiverPolicy,
)
from shared.domain.state import SubjectState
from shared.service.codec import decode

START = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
OF = "endpoint/loan"
SCOPE = "alerts/loan-default"


def policy(**flapping):
    return Policy(model="loan-default", alerts=AlertPolicy(flapping=Flapping(**flapping)))


def alert(name="drift", severity="warning", of=OF, **labels):
    return Alert(
        kind=AlertKind(name),
        subject=of,
        severity=Severity(severity),
        title=f"{name} is wrong",
        text="It is so, by these numbers.",
        first_step="Look at it.",
        since=START,
        labels=labels,
    )


def receiver(name="team", **more):
    return ReceiverPolicy(name=name, channel=ChannelKind.LOG, **more)


def fleet(*routes, receivers=("team",), **more):
    named = [receiver(one) if isinstance(one, str) else one for one in receivers]
    return Fleet(
        receivers=named,
        routes=list(routes),
        built_in_inhibitions=False,
        **{"default": named[0].name, **more},
    )


@dataclass
class Script:
    """The scope's state and its subjects, with a clock that stands still between the steps."""

    fleet: Fleet = field(default_factory=fleet)
    policy: Policy | None = None
    now: datetime = START
    state: SubjectState = field(default_factory=SubjectState)
    truth: dict = field(default_factory=dict)
    silences: list = field(default_factory=list)
    looks: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    unread: tuple = ()
    problem: str | None = None
    loses_looks: bool = False
    count: int = 0

    def at(self, seconds):
        """The time moves on, and the looks that fall due on the way are made."""
        end = START + timedelta(seconds=seconds)
        while not self.loses_looks:
            due = [look for look in self.looks if look.time <= end]
            if not due:
                break
            look = min(due, key=lambda one: one.time)
            self.looks.remove(look)
            self.now = max(self.now, look.time)
            self.decide(look)
        self.now = max(self.now, end)
        return self

    def raised(self, *alerts, of=OF, told=True):
        """A subject posts them, or finds them worse; `told=False` loses the messages."""
        return self._settled(of, alerts, lambda _: False, told)

    def ended(self, *alerts, of=OF, told=True):
        over = {one.fingerprint for one in alerts}
        return self._settled(of, (), lambda one: one.fingerprint in over, told)

    def _settled(self, of, firing, covered, told):
        actions, records = settle(
            self.truth.get(of, {}),
            firing,
            covered=covered,
            over=lambda _: "it healed",
            now=self.now,
        )
        self.truth[of] = records
        events = [self.event(of, action) for action in actions]
        if told:
            for one in events:
                self.decide(one)
        return events

    def event(self, of, action):
        self.count += 1
        kind = EventType.ALERT_RAISED
        data = {"of": of, "decision": f"d{self.count}", "alert": to_plain(action.alert)}
        if hasattr(action, "reason"):
            kind, data = EventType.ALERT_ENDED, {**data, "over": action.reason}
        return self._event(kind, data)

    def _event(self, kind, data):
        self.count += 1
        return Event(
            id=f"e{self.count}",
            source="driftgate/test",
            type=kind,
            subject=SCOPE,
            time=self.now,
            data=data,
        )

    def acknowledged(self, one, author="anna", hours=1.0):
        until = to_plain(self.now + hours * HOUR)
        data = {"fingerprint": one.fingerprint, "author": author, "reason": "mine", "until": until}
        return self.decide(self._event(EventType.ALERT_ACKNOWLEDGED, data))

    def given_back(self, one, author="anna"):
        data = {"fingerprint": one.fingerprint, "author": author, "reason": "cannot"}
        return self.decide(self._event(EventType.ACKNOWLEDGEMENT_WITHDRAWN, data))

    def silenced(self, minutes, until_resolved=False, **matchers):
        silence = Silence(
            id=f"s{len(self.silences)}",
            matchers=tuple(Matcher(field=name, pattern=p) for name, p in matchers.items()),
            author="ben",
            reason="maintenance",
            since=self.now,
            until=self.now + timedelta(minutes=minutes),
            until_resolved=until_resolved,
        )
        self.silences.append(silence)
        return self.look()

    def look(self, **data):
        """The timer's twin, or what a receiver asks."""
        return self.decide(check_due(Check.ALERTS, SCOPE, self.now, data))

    def decide(self, event):
        evidence = AlertsEvidence(
            taken=self.now,
            fleet=self.fleet,
            silences=tuple(self.silences),
            truth={of: r for of, r in self.truth.items() if of not in self.unread},
            unread=self.unread,
            problem=self.problem,
        )
        outcome = decide_alerts(event, evidence, self.policy, self.state, self.now)
        assert outcome.findings
        self.state = decode(to_plain(outcome.state), SubjectState)
        assert self.state == outcome.state
        for action in outcome.actions:
            if isinstance(action, Notify):
                self.notices.append((self.now, action.notice))
            if isinstance(action, ScheduleCheck):
                self.looks.append(action.event)
        self.findings += outcome.findings
        self.decisions.append((event, outcome))
        return outcome

    def told(self, receiver=None):
        """What was told since the last question: seconds, reason, and kinds with `-` when over."""
        found = [(at, one) for at, one in self.notices if receiver in {None, one.receiver}]
        self.notices = [one for one in self.notices if one not in found]
        return [
            (
                (at - START).total_seconds(),
                notice.reason.value,
                " ".join(
                    ("" if one.ended is None else "-") + one.kind.value for one in notice.alerts
                ),
            )
            for at, notice in found
        ]

    def reasons(self, rule=None):
        found = [(one.rule.value, one.reason) for one in self.findings]
        self.findings = []
        return [reason for name, reason in found if rule in {None, name}]

    def clock_goes_back(self, duration):
        self.now -= duration
        return self
