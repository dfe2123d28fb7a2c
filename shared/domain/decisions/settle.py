"""Which alerts begin, which go on in silence, and which are over."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.action import Action, PostAlert, ResolveAlert
from shared.domain.alert import Alert, Severity
from shared.domain.state import AlertRecord, AlertStatus

_REMEMBERED = timedelta(days=30)
_WORSE = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def settle(
    known: Mapping[str, AlertRecord],
    firing: Iterable[Alert],
    *,
    covered: Callable[[Alert], bool],
    over: Callable[[Alert], str],
    now: datetime,
) -> tuple[tuple[Action, ...], dict[str, AlertRecord]]:
    """Compare the problems seen now with those already told, and say only what changed.

    `covered` says which known alerts this look could have seen: a firing one that it covers and
    did not see is over, for the reason `over` gives. A problem told once keeps its first `since`;
    it is told again only when it grew worse. One that is over for a month is forgotten: subjects
    and what alerts are about come and go, and the decisions still tell of it.
    Returns the actions and the new records by fingerprint.
    """
    records = dict(known)
    actions: list[Action] = []
    seen = set()
    for alert in firing:
        seen.add(alert.fingerprint)
        record = records.get(alert.fingerprint)
        if record is not None and record.status is AlertStatus.FIRING:
            lasting = replace(alert, since=min(alert.since, record.alert.since))
            records[alert.fingerprint] = replace(record, alert=lasting)
            if _WORSE[alert.severity] > _WORSE[record.alert.severity]:
                actions.append(PostAlert(alert=lasting))
        else:
            records[alert.fingerprint] = AlertRecord(
                alert=alert, status=AlertStatus.FIRING, posted=now
            )
            actions.append(PostAlert(alert=alert))
    for fingerprint, record in known.items():
        if (
            record.status is AlertStatus.FIRING
            and fingerprint not in seen
            and covered(record.alert)
        ):
            reason = over(record.alert)
            records[fingerprint] = replace(
                record, status=AlertStatus.RESOLVED, resolved=now, reason=reason
            )
            actions.append(ResolveAlert(alert=record.alert, reason=reason))
    return tuple(actions), _lately(records, now)


def _lately(records: Mapping[str, AlertRecord], now: datetime) -> dict[str, AlertRecord]:
    return {
        fingerprint: record
        for fingerprint, record in records.items()
        if record.resolved is None or now - record.resolved <= _REMEMBERED
    }
