"""Checks that have not reported for three of their periods, or never since they are waited for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import Event
from shared.domain.evidence import ServiceEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list, spell_time

PERIODS = 3
TOLD_EACH = 10
MANY = "many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """One check of one subject that does not report: since its last report, or since it should."""

    subject: str
    since: datetime
    reported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceJudged:
    """What was found of all checks, and since when those that never reported are waited for."""

    findings: tuple[Finding, ...]
    alerts: tuple[Alert, ...]
    waiting: dict[str, datetime]


def allowed(evidence: ServiceEvidence, check: str) -> timedelta | None:
    """How long a check may be silent; None for one that no timer asks for."""
    period = evidence.periods.get(check)
    return None if period is None else timedelta(seconds=period * PERIODS)


def is_late(last: datetime, at: datetime, period: timedelta) -> bool:
    """Whether a check reported too long ago."""
    return at - last > period * PERIODS


def judge_checks(
    event: Event, evidence: ServiceEvidence, waiting: Mapping[str, datetime]
) -> SilenceJudged:
    """One finding a check, and one for each of a few subjects that are silent.

    Many silent subjects of one check have one cause, and are one alert.
    """
    waits = {key: waiting.get(key, event.time) for key in evidence.never}
    silent: dict[str, list[Silent]] = {}
    on_time = dict(evidence.on_time)
    for key, since, reported in (
        *((key, time, True) for key, time in evidence.reported.items()),
        *((key, time, False) for key, time in waits.items()),
    ):
        subject, _, check = key.rpartition(" ")
        limit = allowed(evidence, check)
        if limit is None:
            continue
        if event.time - since > limit:
            one = Silent(subject=subject, since=since, reported=reported)
            silent.setdefault(check, []).append(one)
        elif reported:
            on_time[check] = on_time.get(check, 0) + 1
    findings: list[Finding] = []
    alerts: list[Alert] = []
    for check in sorted({*on_time, *silent}):
        found = sorted(silent.get(check, []), key=lambda one: (one.since, one.subject))
        more = evidence.more.get(check, 0) if found else 0
        findings.append(_summary(evidence, check, found, on_time.get(check, 0), more))
        findings.extend(_finding(event, evidence, check, one) for one in found[:TOLD_EACH])
        alerts.extend(_alerts(event, check, found, more))
    return SilenceJudged(findings=tuple(findings), alerts=tuple(alerts), waiting=waits)


def _summary(
    evidence: ServiceEvidence, check: str, found: list[Silent], on_time: int, more: int
) -> Finding:
    count = len(found) + more
    every = spell_duration(allowed(evidence, check) or timedelta())
    sentence = f"The {check} check of {on_time} subjects reported within {every}"
    return Finding(
        rule=Rule.WATCHDOG,
        thing=f"check/{check}",
        verdict=Verdict.FAIL if count else Verdict.PASS,
        reason="silent" if count else "reported",
        sentence=f"{sentence}; that of {count} did not." if count else f"{sentence}.",
        statistic="silent_subjects",
        estimate=float(count),
        limit=0.0,
        n=count + on_time,
    )


def _finding(event: Event, evidence: ServiceEvidence, check: str, one: Silent) -> Finding:
    limit = allowed(evidence, check)
    return Finding(
        rule=Rule.WATCHDOG,
        thing=f"{check}/{one.subject}",
        verdict=Verdict.FAIL,
        reason="silent" if one.reported else "never_reported",
        sentence=_told(check, one),
        statistic="silent_seconds",
        estimate=(event.time - one.since).total_seconds(),
        limit=None if limit is None else limit.total_seconds(),
    )


def _told(check: str, one: Silent) -> str:
    if one.reported:
        return f"The {check} check of {one.subject} last reported at {spell_time(one.since)}."
    return (
        f"The {check} check of {one.subject} has never reported; it is waited for since "
        f"{spell_time(one.since)}."
    )


def _alerts(event: Event, check: str, found: list[Silent], more: int) -> list[Alert]:
    if len(found) + more > TOLD_EACH:
        return [_many(event, check, found, more)]
    return [_each(event, check, one) for one in found]


def _each(event: Event, check: str, one: Silent) -> Alert:
    lasted = spell_duration(event.time - one.since)
    return Alert(
        kind=AlertKind.CHECK_SILENT,
        subject=event.subject,
        severity=Severity.WARNING,
        title=(
            f"the {check} check of {one.subject} has been silent for {lasted}"
            if one.reported
            else f"the {check} check of {one.subject} has never reported in {lasted}"
        ),
        text=f"{_told(check, one)} Until it does nobody knows whether all is well there.",
        first_step=(
            f"Look for its timer and for dead letters of the queue `checks` about {one.subject}."
        ),
        since=one.since,
        labels={"check": check, "of": one.subject},
    )


def _many(event: Event, check: str, found: list[Silent], more: int) -> Alert:
    count = len(found) + more
    return Alert(
        kind=AlertKind.CHECK_SILENT,
        subject=event.subject,
        severity=Severity.CRITICAL,
        title=f"the {check} check of {count} subjects is silent",
        text=(
            f"The {check} check does not report of "
            f"{spell_list([one.subject for one in found] + ['...'] * more)}. The longest silent "
            f"is {found[0].subject}, since {spell_time(found[0].since)}. So many at once have one "
            "cause. Until they report nobody knows whether all is well there."
        ),
        first_step=(
            f"Look whether the timer of the {check} check fires and whether the queue `checks` is "
            "being worked off: its length, its dead letters, the errors of the function app."
        ),
        since=found[0].since,
        labels={"check": check, "of": MANY},
    )
