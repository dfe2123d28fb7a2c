"""Which promotion an event or a check is about."""

from collections.abc import Sequence

from shared.domain.event import Event, EventType
from shared.domain.promotion import Phase, Promotion

_OF_TRAFFIC = frozenset({EventType.TRAFFIC_SHIFTED, EventType.TRAFFIC_SHIFT_REFUSED})
_FARTHEST = (Phase.WATCHED, Phase.ROLLING, Phase.RUNNING, Phase.REQUESTED)


def concerned(event: Event, promotions: Sequence[Promotion]) -> Promotion | None:
    """The promotion an event is about, None when there is none.

    A check that names none is about the one that is farthest, since the others wait for it.
    """
    data = event.data
    open_ = [one for one in promotions if one.phase.is_open]
    named = data.get("promotion")
    if event.type in _OF_TRAFFIC:
        return _of_order(event, promotions)
    if event.type is EventType.CHECK_ASKED:
        return _asked(event, open_)
    if event.type is EventType.MODEL_REGISTERED:
        return _farthest([one for one in open_ if one.version == str(data.get("version"))])
    if named is not None:
        known = open_ if event.type is EventType.CHECK_DUE else promotions
        return next((one for one in known if one.identity(event.name) == named), None)
    return _farthest(open_)


def _farthest(promotions: Sequence[Promotion]) -> Promotion | None:
    return min(
        promotions,
        key=lambda one: _FARTHEST.index(one.phase) if one.phase in _FARTHEST else len(_FARTHEST),
        default=None,
    )


def _of_order(event: Event, promotions: Sequence[Promotion]) -> Promotion | None:
    names = {event.correlation_id, event.data.get("promotion")} - {None}
    order = event.data.get("order")
    return next(
        (
            one
            for one in promotions
            if one.identity(event.name) in names
            or (order is not None and one.rollout is not None and one.rollout.order == order)
        ),
        None,
    )


def _asked(event: Event, open_: Sequence[Promotion]) -> Promotion | None:
    """By version and stage; by the run where no stage is named; else the farthest."""
    data = event.data
    mine = [one for one in open_ if one.version == str(data.get("version"))]
    if data.get("stage") is not None:
        return _farthest([one for one in mine if one.stage == data["stage"]])
    run = data.get("run")
    by_run = [one for one in mine if one.run is not None and one.run.number == run]
    return _farthest(by_run or mine)
