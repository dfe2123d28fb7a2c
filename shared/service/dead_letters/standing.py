"""Whether a request that was put aside still stands, or something newer has taken its place.

Who carries a request out does what it says, however old it is. So one that is sent again is held
against what is decided by now: its promotion or its retraining has to wait for it still.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.action import (
    RequestPromotion,
    RequestRetraining,
    RequestRollback,
    ShiftTraffic,
    TagModel,
)
from shared.domain.canonical import parse_time
from shared.domain.promotion import Phase, Promotion
from shared.domain.retraining import RetrainingPhase
from shared.domain.state import SubjectState
from shared.domain.wording import one_line
from shared.ports import Ledger
from shared.service.codec import decode
from shared.service.retraining.orders import retraining_named

_MOST_DECISIONS = 200


def why_over(body: Mapping[str, Any], ledger: Ledger, now: datetime) -> str | None:
    """Why a request stands no more, in a sentence; None for one that does, and for what is none.

    Raises Unavailable where the ledger does not answer.
    """
    data = body.get("data")
    if not isinstance(data, Mapping):
        return None
    judge = _JUDGES.get(str(data.get("action")))
    if judge is None:
        return None
    try:
        return judge(body, data, ledger, now)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _promotion(
    _: Mapping[str, Any], data: Mapping[str, Any], ledger: Ledger, __: datetime
) -> str | None:
    one, _others = _named(data, ledger)
    what = f"The promotion of {data['model']} {data['version']} through {data['stage']}"
    if one is None:
        return f"{what} is not known any more; it is judged anew with its next look."
    if one.phase is not Phase.REQUESTED:
        return f"{what} is {_spelled(one)}; it is not asked for any more."
    return None


def _rollback(
    _: Mapping[str, Any], data: Mapping[str, Any], ledger: Ledger, __: datetime
) -> str | None:
    one, others = _named(data, ledger)
    what = f"The rollback of {data['model']} {data['version']} in {data['stage']}"
    if one is None:
        return f"{what} is of a promotion that is not known any more."
    newer = [other for other in others if other.begun > one.begun and _moves(other)]
    if newer:
        last = newer[-1]
        return f"{what} is superseded: version {last.version} came after it and {_spelled(last)}."
    if one.returning is None or one.phase is not Phase.WATCHED:
        return f"{what} is not asked for any more: its promotion is {_spelled(one)}."
    return None


def _retraining(
    _: Mapping[str, Any], data: Mapping[str, Any], ledger: Ledger, __: datetime
) -> str | None:
    model, name = str(data["model"]), retraining_named(data)
    state = decode(ledger.state(f"retraining/{model}").state, SubjectState)
    one = next((one for one in state.retraining.retrainings if one.id == name), None)
    what = f"The retraining of {model} for {one_line(str(data['cause']), 100)}"
    if one is None:
        return f"{what} is not known any more; a cause that lasts is told again."
    if one.phase is not RetrainingPhase.REQUESTED:
        because = "" if one.because is None else f", since {one_line(one.because, 200)}"
        return f"{what} is {one.phase.value.replace('_', ' ')}{because}; it is waited for no more."
    return None


def _traffic(
    _: Mapping[str, Any], data: Mapping[str, Any], __: Ledger, now: datetime
) -> str | None:
    until = data.get("until")
    if until is None or now <= parse_time(str(until)):
        return None
    return f"The change of traffic of {data['endpoint']} was to be made until {until}; it is late."


def _tag(
    body: Mapping[str, Any], data: Mapping[str, Any], ledger: Ledger, _: datetime
) -> str | None:
    """Tags that a later decision wrote anew would be overwritten with what was true before."""
    for decision in ledger.decisions(str(body["subject"]), limit=_MOST_DECISIONS):
        if decision.get("hash") == data["decision"] or decision["event"]["id"] == data["event"]:
            return None
        for action in decision.get("actions", ()):
            if (
                action.get("action") == TagModel.kind
                and action["version"] == data["version"]
                and action.get("workspace") == data.get("workspace")
                and set(action["tags"]) & set(data["tags"])
            ):
                return (
                    f"The tags of {data['model']} {data['version']} are superseded: a later "
                    "decision wrote them anew."
                )
    return None


_Judge = Callable[[Mapping[str, Any], Mapping[str, Any], Ledger, datetime], str | None]
_JUDGES: Mapping[str, _Judge] = {
    RequestPromotion.kind: _promotion,
    RequestRollback.kind: _rollback,
    RequestRetraining.kind: _retraining,
    ShiftTraffic.kind: _traffic,
    TagModel.kind: _tag,
}


def _named(data: Mapping[str, Any], ledger: Ledger) -> tuple[Promotion | None, list[Promotion]]:
    """The promotion that a request is of, and the others of its stage."""
    model = str(data["model"])
    state = decode(ledger.state(f"model/{model}").state, SubjectState)
    there = [one for one in state.promotions if one.stage == data["stage"]]
    name = data.get("promotion")
    found = [
        one
        for one in there
        if one.version == data["version"] and (not name or one.identity(model) == name)
    ]
    one = found[-1] if found else None
    return one, [other for other in there if other is not one]


def _moves(one: Promotion) -> bool:
    return one.phase.is_on_its_way or one.phase is Phase.DONE


def _spelled(one: Promotion) -> str:
    why = f" ({one_line(one.why, 200)})" if one.why else ""
    return f"{one.phase.value.replace('_', ' ')}{why}"
