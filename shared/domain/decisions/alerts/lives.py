"""Which alerts of a scope are there: what their subjects say now, over what events said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alert import Alert
from shared.domain.decisions.alerts.said import alert_said, short
from shared.domain.decisions.alerts.silencing import outlived_after
from shared.domain.event import Event, EventType
from shared.domain.evidence import AlertsEvidence
from shared.domain.notices import AlertLife, Silence
from shared.domain.state import AlertRecord, AlertStatus

_UNKNOWN = "its subject does not know it any more"


def lives_after(
    event: Event, evidence: AlertsEvidence, lives: Mapping[str, AlertLife], now: datetime
) -> dict[str, AlertLife]:
    """The alerts after the event and what the subjects said when they were read just now.

    A subject was read after it sent the event, so what it says counts: a message that is late, lost
    or told twice changes nothing. Only of a subject that could not be read the event is believed.
    """
    book = _Book(scope=event.name, silences=evidence.silences, lives=dict(lives), now=now)
    said = alert_said(event)
    if said is not None and event.data["of"] in evidence.moved:
        said = None
    if said is not None and event.data["of"] not in evidence.truth:
        book.believe(event, said)
    for subject, scope in evidence.moved.items():
        book.hand_over(subject, scope)
    for subject, records in evidence.truth.items():
        book.end_missing(subject, records)
    for subject, record in _in_order(evidence.truth):
        book.read(subject, record)
    if said is not None:
        book.remember(event, said, evidence.truth.get(event.data["of"], {}))
    return book.lives


def _in_order(truth: Mapping[str, Mapping[str, AlertRecord]]) -> Iterator[tuple[str, AlertRecord]]:
    """Those that are over first, so that one that two subjects know fires while either says so."""
    found = [(subject, record) for subject, all_ in truth.items() for record in all_.values()]
    yield from (one for one in found if one[1].status is AlertStatus.RESOLVED)
    yield from (one for one in found if one[1].status is AlertStatus.FIRING)


@dataclass(slots=True, kw_only=True)
class _Book:
    """The lives while they are brought up to date, in one decision."""

    scope: str
    silences: tuple[Silence, ...]
    lives: dict[str, AlertLife]
    now: datetime

    def believe(self, event: Event, said: Alert) -> None:
        """Take an event at its word, unless what is known happened after it."""
        life = self.lives.get(said.fingerprint)
        if event.type is EventType.ALERT_RAISED:
            if life is None or life.ended is None or event.time > life.ended:
                self._begin(said, event.data["of"], event.time)
        elif life is not None and life.ended is None and event.time >= life.raised:
            self._end(life, event.time, str(event.data.get("over") or "it is over"))

    def hand_over(self, subject: str, scope: str) -> None:
        """What another scope tells from now on ends here, or people would be told of it twice."""
        for fingerprint, life in list(self.lives.items()):
            if life.of == subject and (life.ended is None or life.flapping):
                self._end(life, life.ended or self.now, f"{scope} tells of it from now on")
                ended = self.lives[fingerprint]
                self.lives[fingerprint] = replace(ended, flapping=False, changes=())

    def end_missing(self, subject: str, records: Mapping[str, AlertRecord]) -> None:
        """What a subject does not know any more is over."""
        for fingerprint, life in list(self.lives.items()):
            if life.of == subject and life.ended is None and fingerprint not in records:
                self._end(life, self.now, _UNKNOWN)

    def read(self, subject: str, record: AlertRecord) -> None:
        """Take over what a subject says of one alert."""
        if record.status is AlertStatus.FIRING:
            self._begin(record.alert, subject, record.posted)
            return
        life = self.lives.get(record.alert.fingerprint)
        if life is not None and life.ended is None and life.of == subject:
            self._end(life, record.resolved or self.now, record.reason or "it is over")

    def remember(self, event: Event, said: Alert, records: Mapping[str, AlertRecord]) -> None:
        """Note which decision spoke of it last, and a blip that was over before anybody looked."""
        life, record = self.lives.get(said.fingerprint), records.get(said.fingerprint)
        if life is None and record is not None and record.resolved is not None:
            life = AlertLife(
                alert=short(record.alert),
                of=event.data["of"],
                raised=record.posted,
                ended=record.resolved,
                over=record.reason,
                changes=_with((), record.posted, record.resolved),
            )
        if life is None:
            return
        changes = life.changes
        if event.type is EventType.ALERT_ENDED:
            changes = _with(changes, event.time)
        decision = str(event.data.get("decision") or "")
        self.lives[said.fingerprint] = replace(life, decision=decision, changes=changes)

    def _begin(self, alert: Alert, subject: str, raised: datetime) -> None:
        life, fingerprint = self.lives.get(alert.fingerprint), alert.fingerprint
        if life is None:
            self.lives[fingerprint] = AlertLife(
                alert=short(alert), of=subject, raised=raised, changes=(raised,)
            )
            return
        changes = life.changes
        if raised > life.raised:
            changes = _with(changes, raised)
        self.lives[fingerprint] = replace(
            life,
            alert=short(alert),
            of=subject,
            raised=max(raised, life.raised),
            ended=None,
            over=None,
            changes=changes,
        )

    def _end(self, life: AlertLife, ended: datetime, why: str) -> None:
        """It is over; silences that last until then have let it go."""
        self.lives[life.alert.fingerprint] = replace(
            life,
            ended=ended,
            over=why,
            changes=_with(life.changes, ended),
            outlived=outlived_after(life, self.scope, self.silences, self.now),
        )


def _with(changes: tuple[datetime, ...], *times: datetime) -> tuple[datetime, ...]:
    return tuple(sorted({*changes, *times}))
