"""Carries out what a promotion asks of the world, and says what became of it.

Every act may be repeated: a message may come twice, and comes again when the world did not answer.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from shared.domain.action import RequestPromotion, RequestRollback, ShiftTraffic, TagModel
from shared.domain.canonical import parse_time
from shared.domain.event import Event, EventType
from shared.domain.pipelines import PipelineOrder, PipelineRun
from shared.errors import MalformedPayload, Refused, Unavailable
from shared.ports import Adapters
from shared.service.again import try_again_later
from shared.service.messages import PROMOTION_REQUESTS
from shared.service.messages.reading import order_of
from shared.service.notices import request_text
from shared.service.replayed import held_back
from shared.service.world import named_workspace

_LOG = logging.getLogger("driftgate.requests")
SOURCE = "driftgate/promotion"
_NAMED = ("action", "model", "version", "stage", "endpoint")
_ACTIONS = frozenset(
    one.kind for one in (RequestPromotion, RequestRollback, TagModel, ShiftTraffic)
)
Say = Callable[[Event], object]


def carry_out(body: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime) -> None:
    """Do what one message of the queue of promotion requests asks for.

    What is replayed is only logged: it was carried out when it was first told. Where the world does
    not answer it is tried again later.
    Raises MalformedPayload for an action nobody knows, Refused for a tag or a rollback that cannot
    be made, and Unavailable once a day of tries is over.
    """
    action, data = order_of(body, "request of a promotion")
    if action not in _ACTIONS:
        raise MalformedPayload(f"Nobody carries out {str(action)[:80]!r} for a promotion.")
    if (replay := held_back(body)) is not None:
        _LOG.info("part of the replay %s, not carried out: %s", replay, action)
        return
    _LOG.info("%s", request_text(body), extra={"request": body.get("id")})
    try:
        _act(body, data, adapters=adapters, say=say, now=now)
    except Unavailable as problem:
        try_again_later(
            body, problem, queue=PROMOTION_REQUESTS, named=_NAMED, sender=adapters.sender, now=now
        )


def _act(
    body: Mapping[str, Any], data: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime
) -> None:
    match data["action"]:
        case RequestPromotion.kind:
            _promote(body, data, adapters=adapters, say=say, now=now)
        case RequestRollback.kind:
            _roll_back(body, data, adapters=adapters)
        case TagModel.kind:
            _tag(data, adapters)
        case _:
            traffic = import_module("shared.service.promoting.traffic")
            traffic.shift_traffic(data, adapters=adapters, say=say, now=now)


def _promote(
    body: Mapping[str, Any], data: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime
) -> None:
    """Share the version, start the pipeline, say that it runs or why it does not."""
    if not data.get("pipeline"):
        return
    promotion = str(data.get("promotion") or data["evidence_hash"][:16])
    try:
        if data.get("registry"):
            adapters.models.share(data["model"], data["version"], data["registry"])
        run = _start(body, data, promotion, adapters)
    except Refused as problem:
        refused = {"sentence": str(problem)}
        say(
            _event(
                EventType.PROMOTION_REFUSED, f"refused-{promotion}", promotion, data, refused, now
            )
        )
        return
    told = {
        "pipeline": str(data["pipeline"]),
        "run": run.number,
        "address": run.address,
        "by": run.by,
    }
    say(_event(EventType.PROMOTION_STARTED, f"started-{promotion}", promotion, data, told, now))


def _roll_back(body: Mapping[str, Any], data: Mapping[str, Any], *, adapters: Adapters) -> None:
    """Start the pipeline that undoes it, under a name of its own: it may be the one that did it."""
    if data.get("pipeline"):
        run = _start(body, data, f"{data['promotion']}-rollback", adapters)
        _LOG.info("the rollback is run %d of %s", run.number, data["pipeline"])


def _start(
    body: Mapping[str, Any], data: Mapping[str, Any], correlation: str, adapters: Adapters
) -> PipelineRun:
    if adapters.pipelines is None:
        raise Refused(
            f"The pipeline {data['pipeline']} cannot be started: no delivery platform is named; "
            "set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN."
        )
    named = {name: str(data[name]) for name in ("model", "version", "stage")}
    if data.get("to"):
        named["to"] = str(data["to"])
    order = PipelineOrder(
        pipeline=str(data["pipeline"]),
        correlation=correlation,
        requested=parse_time(body["time"]),
        parameters={**data.get("parameters", {}), **named},
        branch=_reference(str(data.get("branch") or "main")),
    )
    return adapters.pipelines.start(order)


def _tag(data: Mapping[str, Any], adapters: Adapters) -> None:
    name = data.get("workspace")
    models = adapters.models if name is None else named_workspace(name, adapters.models_of)
    models.tag(data["model"], data["version"], data["tags"])


def _reference(branch: str) -> str:
    return branch if branch.startswith("refs/") else f"refs/heads/{branch}"


def _event(
    kind: EventType,
    identity: str,
    promotion: str,
    data: Mapping[str, Any],
    told: Mapping[str, Any],
    now: datetime,
) -> Event:
    return Event(
        id=identity,
        source=SOURCE,
        type=kind,
        subject=f"model/{data['model']}",
        time=now,
        correlation_id=promotion,
        data={
            "promotion": promotion,
            "version": data["version"],
            "stage": data["stage"],
            **told,
        },
    )
