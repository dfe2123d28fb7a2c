"""Carries out what a model's governor asked for: starts a job or a pipeline, and says so.

Every act may be repeated: a message may come twice, and comes again when the world did not answer.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.action import RequestRetraining
from shared.domain.canonical import parse_time
from shared.domain.event import Event, EventType
from shared.errors import MalformedPayload, Refused, Unavailable
from shared.ports import Adapters
from shared.service.again import try_again_later
from shared.service.codec import decode
from shared.service.messages import RETRAINING_REQUESTS
from shared.service.messages.reading import order_of
from shared.service.notices import request_text
from shared.service.replayed import held_back
from shared.service.retraining.orders import identity_of, pipeline_order, training_of

_LOG = logging.getLogger("driftgate.requests")
SOURCE = "driftgate/retraining"
_NAMED = ("model", "cause")
Say = Callable[[Event], object]


def carry_out(body: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime) -> None:
    """Start what one message of the queue of retraining requests asks for.

    One that names neither a component nor a pipeline is only logged: somebody else trains. What is
    replayed is only logged too. Where the world does not answer it is tried again later, and said
    to be refused once a day of tries is over.
    Raises MalformedPayload for what is no such request, and Unavailable after that day.
    """
    request = _read(body)
    if (replay := held_back(body)) is not None:
        _LOG.info("part of the replay %s, not carried out", replay)
        return
    _LOG.info("%s", request_text(body), extra={"request": body.get("id")})
    if request.component is None and request.pipeline is None:
        return
    try:
        say(_started(request, parse_time(body["time"]), adapters, now))
    except Refused as problem:
        say(_refused(request, str(problem), now))
    except Unavailable as problem:
        _later(body, request, problem, adapters, say, now)


def _read(body: Mapping[str, Any]) -> RequestRetraining:
    action, data = order_of(body, "request of a retraining")
    if action != RequestRetraining.kind:
        raise MalformedPayload(f"Nobody carries out {str(action)[:80]!r} for a retraining.")
    try:
        return decode(data, RequestRetraining)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"A request to retrain cannot be read: {problem}.") from problem


def _started(
    request: RequestRetraining, requested: datetime, adapters: Adapters, now: datetime
) -> Event:
    """The event of having started it, or of having found it started."""
    if request.component is not None:
        job = adapters.jobs.start(training_of(request))
        told: dict[str, Any] = {"job": job.name}
    else:
        if adapters.pipelines is None:
            raise Refused(
                f"The pipeline {request.pipeline} cannot be started: no delivery platform is "
                "named; set DRIFTGATE_DEVOPS_URL or DRIFTGATE_GITHUB_TOKEN."
            )
        run = adapters.pipelines.start(pipeline_order(request, requested))
        told = {"pipeline": request.pipeline, "run": run.number, "address": run.address}
    return _event(EventType.RETRAINING_STARTED, "started", request, told, now)


def _later(
    body: Mapping[str, Any],
    request: RequestRetraining,
    problem: Unavailable,
    adapters: Adapters,
    say: Say,
    now: datetime,
) -> None:
    try:
        try_again_later(
            body,
            problem,
            queue=RETRAINING_REQUESTS,
            named=_NAMED,
            sender=adapters.sender,
            now=now,
        )
    except Unavailable as last:
        if last is problem:
            sentence = f"It could not be started for a day, and is given up: {problem}"
            say(_refused(request, sentence, now))
        raise


def _refused(request: RequestRetraining, sentence: str, now: datetime) -> Event:
    told = {"sentence": sentence[:1000]}
    return _event(EventType.RETRAINING_REFUSED, "refused", request, told, now)


def _event(
    kind: EventType,
    word: str,
    request: RequestRetraining,
    told: Mapping[str, Any],
    now: datetime,
) -> Event:
    retraining = identity_of(request)
    return Event(
        id=f"{word}-{retraining}",
        source=SOURCE,
        type=kind,
        subject=f"retraining/{request.model}",
        time=now,
        correlation_id=retraining,
        data={"retraining": retraining, **told},
    )
