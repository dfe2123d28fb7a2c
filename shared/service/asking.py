"""What a timer asks: which subjects a check concerns, and when each of them is looked at.

A timer only lists names and sends messages; whatever Azure has to be asked of a subject is asked
by the consumer of its message, so that ten thousand subjects fit into one run of a timer.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

from shared.domain.alert import AlertKind
from shared.domain.event import Check, Event, check_due
from shared.domain.state import AlertStatus, SubjectState
from shared.errors import NoPermission
from shared.service.codec import decode
from shared.service.concerned import collects
from shared.service.world import World

_LOG = logging.getLogger("driftgate.timers")
ITSELF = "service/driftgate"
_OF_OTHERS = ("monitor/", "azure-alert/")
AT_ONCE = 100
"""So many subjects are asked about at once; no broker and no workspace minds."""
A_SECOND = 20
"""Of more, so many are asked about each second, until half of the period is used."""
A_BATCH = 500
"""Messages made and sent together, which bounds what a timer holds in memory."""
_PERIOD = timedelta(minutes=10)
_RAISES = {
    Check.DRIFT: {AlertKind.DRIFT},
    Check.KPI: {AlertKind.KPI_CHANGED, AlertKind.KPI_DIFFERS, AlertKind.KPI_SILENT},
    Check.COLLECTION: {
        AlertKind.NO_INFERENCE_DATA,
        AlertKind.DATA_STOPPED,
        AlertKind.DATA_INCOMPLETE,
    },
    Check.BATCH: {
        AlertKind.BATCH_FAILED,
        AlertKind.BATCH_MISSING,
        AlertKind.BATCH_STUCK,
        AlertKind.BATCH_VOLUME,
        AlertKind.DRIFT,
    },
}
"""Which alerts of a model a check of its policy raises, and so has to end."""


def asked(check: Check, world: World, due: datetime) -> Iterator[list[Event]]:
    """The events that ask for one check of every subject it concerns, in batches.

    Raises what listing the subjects raises.
    """
    subjects = concerned(check, world)
    over = _spread_of(check, len(subjects), world)
    events = (check_due(check, subject, due + delay(subject, over)) for subject in subjects)
    while batch := list(islice(events, A_BATCH)):
        yield batch


def _spread_of(check: Check, count: int, world: World) -> timedelta:
    """Few are asked about at once, whatever the period is: it is not worked out for them."""
    if count <= AT_ONCE:
        return timedelta()
    return spread(count, world.settings.periods.get(check, _PERIOD))


def spread(count: int, period: timedelta) -> timedelta:
    """Over how long the looks at so many subjects are spread: not at all, or half the period.

    >>> spread(100, _PERIOD), spread(2_000, _PERIOD), spread(10_000, _PERIOD)
    (datetime.timedelta(0), datetime.timedelta(seconds=100), datetime.timedelta(seconds=300))
    """
    if count <= AT_ONCE:
        return timedelta()
    return min(timedelta(seconds=count // A_SECOND), period / 2)


def delay(subject: str, over: timedelta) -> timedelta:
    """When in that time a subject's turn is: at the same part of it, whichever others there are.

    So the time between two looks at it stays one period, and a timer that fires twice asks once.
    Where a few subjects more make the time longer, each moves by a few seconds at most.
    """
    seconds = int(over.total_seconds())
    if seconds <= 0:
        return timedelta()
    place = int.from_bytes(sha256(subject.encode()).digest()[:8], "big")
    return timedelta(seconds=place * seconds >> 64)


def concerned(check: Check, world: World) -> Sequence[str]:
    """The subjects of a check, by their names and what the ledger knows of them."""
    match check:
        case Check.ROUTING:
            return _endpoints(world)
        case Check.HEALTH:
            endpoints = _endpoints(world)
            return [*endpoints, *_gone(endpoints, world)]
        case Check.RECONCILE:
            endpoints = _endpoints(world)
            models = [f"model/{policy.model}" for policy in world.policies.all()]
            return [*endpoints, *_gone(endpoints, world), *_told_by_others(world), *models]
        case Check.DRIFT:
            models = [f"model/{policy.model}" for policy in world.policies.all()]
            return [*models, *_left(check, models, world)]
        case Check.KPI:
            models = [f"model/{policy.model}" for policy in world.policies.all() if policy.kpis]
            return [*models, *_left(check, models, world)]
        case Check.BATCH:
            policies = world.policies.all()
            models = [f"model/{policy.model}" for policy in policies]
            watched = world.ledger.reported(check.value)
            batch = [
                subject
                for subject, policy in zip(models, policies, strict=True)
                if policy.batch or subject in watched
            ]
            return [*batch, *_left(check, models, world)]
        case Check.COLLECTION:
            models = [
                f"model/{policy.model}" for policy in world.policies.all() if collects(policy)
            ]
            return [*models, *_left(check, models, world)]
        case Check.PROMOTION | Check.ALERTS | Check.RETRAINING | Check.PROFILING:
            return _under_way(check, world)
        case Check.HEARTBEAT:
            return [ITSELF]


def _under_way(check: Check, world: World) -> list[str]:
    """Those with something on its way: its check is among those reported until that ends."""
    return sorted(world.ledger.reported(check.value))


def _endpoints(world: World) -> list[str]:
    """Every endpoint; where they may not be listed, those that were looked at before.

    The look at each then says which right is missing, instead of a timer that fails in silence.
    Where Azure does not answer, asking more of it would not help; the timer comes again.
    """
    try:
        return [f"endpoint/{name}" for name in world.workspace.endpoints()]
    except NoPermission as problem:
        known = [name for name in world.ledger.subjects() if name.startswith("endpoint/")]
        if not known:
            raise
        _LOG.warning("endpoints may not be listed, %d known are asked: %s", len(known), problem)
        return known


def _gone(endpoints: Sequence[str], world: World) -> list[str]:
    """Endpoints that were looked at and are not listed any more: the event may be lost."""
    listed = set(endpoints)
    return sorted(
        subject
        for subject, checks in world.ledger.reported().items()
        if checks and subject.startswith("endpoint/") and subject not in listed
    )


def _left(check: Check, asked_already: Sequence[str], world: World) -> list[str]:
    """Models that no policy has looked at any more, and whose alerts nothing else would ever end.

    While a policy cannot be read it may be theirs, and nothing is ended for that.
    """
    if world.policies.problems():
        return []
    others = set(asked_already)
    return sorted(
        subject
        for subject in world.ledger.reported(check.value)
        if subject.startswith("model/")
        and subject not in others
        and any(
            record.status is AlertStatus.FIRING
            and record.alert.kind in _RAISES[check]
            and ("batch" in record.alert.labels) is (check is Check.BATCH)
            for record in _state(subject, world).alerts.values()
        )
    )


def _told_by_others(world: World) -> list[str]:
    """Monitors and alert rules of Azure that fire: nobody may ever say that it is over."""
    return [
        subject
        for subject in world.ledger.subjects()
        if subject.startswith(_OF_OTHERS)
        and any(
            record.status is AlertStatus.FIRING for record in _state(subject, world).alerts.values()
        )
    ]


def _state(subject: str, world: World) -> SubjectState:
    return decode(world.ledger.state(subject).state, SubjectState)
