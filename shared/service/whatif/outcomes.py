"""What the consumers of the simulation's own requests are taken to say."""

from datetime import datetime, timedelta

from shared.domain.action import Action, Deliver, RequestRetraining
from shared.domain.event import Event, EventType
from shared.service import delivering, retraining
from shared.service.whatif.lags import Lags
from shared.service.whatif.training import assumed_job


def outcome_of(action: Action, now: datetime, lags: Lags) -> Event | None:
    """What is taken to come of an action that was never recorded; None where nothing is told.

    A notice arrives as fast as recorded ones do, and a training begins as fast.
    """
    match action:
        case Deliver(notice=notice, order=order):
            return Event(
                id=f"delivered-{order}",
                source=delivering.SOURCE,
                type=EventType.NOTICE_DELIVERED,
                subject=f"receiver/{notice.receiver}",
                time=now + _lag(lags, EventType.NOTICE_DELIVERED),
                data={
                    "notice": notice.id,
                    "group": notice.group,
                    "order": order,
                    "reference": {},
                    "tokens": 0,
                },
            )
        case RequestRetraining(model=model, retraining=name) if action.component or action.pipeline:
            return Event(
                id=f"started-{name}",
                source=retraining.SOURCE,
                type=EventType.RETRAINING_STARTED,
                subject=f"retraining/{model}",
                time=now + _lag(lags, EventType.RETRAINING_STARTED),
                correlation_id=name,
                data={"retraining": name, "job": assumed_job(name)},
            )
        case _:
            return None


def _lag(lags: Lags, kind: EventType) -> timedelta:
    return lags.of(kind.value)
