"""A receiver while one event is decided: what it remembers, and what comes of it so far."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from shared.domain.action import Action
from shared.domain.alert import Alert
from shared.domain.finding import Finding, Rule
from shared.domain.notices import (
    Breaker,
    Flight,
    Folded,
    Head,
    Last,
    ReceiverWatch,
    Waiting,
)
from shared.domain.policy import ReceiverPolicy
from shared.domain.verdict import Verdict

LOST = timedelta(minutes=10)
"""A flight without outcome for so long counts as lost, and an unanswered question too."""
MOST_KNOWN = 200
"""So many groups are remembered as told."""
_MOST_SENT = 500


@dataclass(slots=True, kw_only=True)
class Desk:
    """The open watch of a receiver; `key` is the event's and makes what is ordered unique.

    `unread` says why the fleet's rules cannot be read: then nothing is sent and nothing forgotten.
    `moved` says that it is told over another channel than before, `forgot` that groups which were
    told until then are not all remembered. `failure` is the alert to raise, `healed` says that the
    channel works.
    """

    rule: ReceiverPolicy
    now: datetime
    key: str
    watch: ReceiverWatch
    unread: str | None = None
    moved: bool = False
    forgot: datetime | None = None
    sent: list[datetime] = field(default_factory=list)
    flying: dict[str, Flight] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    folded: Folded | None = None
    references: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: dict[str, Last] = field(default_factory=dict)
    breaker: Breaker = field(default_factory=Breaker)
    tokens: int = 0
    digests: int = 0
    digested: datetime | None = None
    beyond: datetime | None = None
    failure: Alert | None = None
    healed: bool = False
    findings: list[Finding] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        watch: ReceiverWatch,
        rule: ReceiverPolicy,
        *,
        key: str,
        now: datetime,
        unread: str | None,
    ) -> Self:
        """Lay out what is remembered, without what has outlived its time.

        Another channel than before has to be tried anew, and cannot change what the old one sent.
        """
        moved = unread is None and watch.channel not in {"", rule.channel.value}
        return cls(
            rule=rule,
            now=now,
            key=key,
            watch=watch,
            unread=unread,
            moved=moved,
            forgot=watch.forgot,
            sent=[time for time in watch.sent if time > now - rule.pace.per],
            flying=dict(watch.flying),
            waiting=dict(watch.waiting),
            folded=watch.folded,
            references={g: {} if moved else kept for g, kept in watch.references.items()},
            last=dict(watch.last),
            breaker=Breaker() if moved else watch.breaker,
            tokens=watch.tokens if watch.day == day_of(now) else 0,
            digests=watch.digests,
            digested=watch.digested,
            beyond=watch.beyond,
        )

    @property
    def busy(self) -> bool:
        """Whether anything is on its way or waits."""
        return bool(self.flying or self.waiting or self.folded is not None)

    def close(self, asked: datetime | None) -> ReceiverWatch:
        """What is remembered from here on; the groups that were told longest ago are forgotten."""
        oldest = self.now - timedelta(days=36500)
        by_age = sorted(
            self.references, key=lambda g: (self.last[g].at if g in self.last else oldest, g)
        )
        known = set(by_age[-MOST_KNOWN:])
        forgot = [self.last[g].at for g in by_age[:-MOST_KNOWN] if g in self.last]
        return replace(
            self.watch,
            sent=tuple(sorted(self.sent)[-_MOST_SENT:]),
            flying=self.flying,
            waiting=self.waiting,
            folded=self.folded,
            references={g: kept for g, kept in self.references.items() if g in known},
            last={g: kept for g, kept in self.last.items() if g in known},
            forgot=max([*forgot, *([] if self.forgot is None else [self.forgot])], default=None),
            breaker=self.breaker,
            channel=self.watch.channel if self.unread else self.rule.channel.value,
            digests=self.digests,
            digested=self.digested,
            beyond=self.beyond,
            tokens=self.tokens,
            day=day_of(self.now),
            looked=self.now,
            asked=asked,
        )

    def forget(self, group: str) -> None:
        """It is over and people know it."""
        self.references.pop(group, None)
        self.last.pop(group, None)

    def find(
        self,
        reason: str,
        sentence: str,
        *,
        head: Head | None = None,
        group: str | None = None,
        rule: Rule = Rule.NOTICE,
        verdict: Verdict = Verdict.PASS,
        **details: Any,
    ) -> None:
        """Say what became of a notice, or of the receiver where none is named.

        Everybody's findings are told and decide nothing, but for what is wrong.
        """
        named = {"receiver": self.rule.name, "group": group, **details}
        thing = f"receiver/{self.rule.name}"
        if head is not None:
            thing = f"notice/{head.notice}"
            named |= {"notice": head.notice, "number": head.number, "scope": head.scope}
            named |= {"fingerprint": head.fingerprint} if head.fingerprint else {}
        self.findings.append(
            Finding(
                rule=rule,
                thing=thing,
                verdict=verdict,
                reason=reason,
                sentence=sentence,
                enforced=verdict is not Verdict.PASS,
                details={name: value for name, value in named.items() if value is not None},
            )
        )


def day_of(time: datetime) -> str:
    """The day that tokens are counted by, in UTC."""
    return time.date().isoformat()
