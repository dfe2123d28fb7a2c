"""Carries out what is asked of a profile that is counted elsewhere: a job, or part by part.

Every act may be repeated: a message may come twice, and comes again when the world did not answer.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.action import RequestProfile
from shared.domain.canonical import content_hash
from shared.domain.event import Event, EventType, Replay
from shared.domain.policy import Engine
from shared.domain.wording import one_line
from shared.errors import MalformedPayload, Refused
from shared.ports import Adapters
from shared.service.codec import decode
from shared.service.messages.reading import order_of
from shared.service.profiling.orders import Ordered, load_order
from shared.service.profiling.parts import (
    PROFILE_PART,
    PartRequest,
    count_part,
    part_of,
    send_parts,
)
from shared.service.replayed import held_back

_LOG = logging.getLogger("driftgate.requests")
SOURCE = "driftgate/profiling"
_MOST_SENTENCE = 500
Say = Callable[[Event], object]


def carry_out(
    body: Mapping[str, Any], *, adapters: Adapters, say: Say, now: datetime, samples: bool = False
) -> None:
    """Take the step that one message of the queue of profiling requests asks for.

    On the `samples` that come with Driftgate no job is started. What is replayed is only logged.
    Raises MalformedPayload for what is no such request, and Unavailable to have it again.
    """
    action, data = order_of(body, "request of a profile")
    if (replay := held_back(body)) is not None:
        _LOG.info("part of the replay %s, not carried out", replay)
        return
    if action == PROFILE_PART:
        _part(part_of(data), adapters, say, now)
        return
    if action != RequestProfile.kind:
        raise MalformedPayload(f"Nobody carries out {str(action)[:80]!r} for a profile.")
    try:
        request = decode(data, RequestProfile)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"A request of a profile cannot be read: {problem}.") from problem
    _begin(request, adapters, say, now, samples=samples, replay=Replay.of(body))


def _begin(
    request: RequestProfile,
    adapters: Adapters,
    say: Say,
    now: datetime,
    *,
    samples: bool,
    replay: Replay | None,
) -> None:
    if samples and request.engine is Engine.SPARK:
        sentence = "On the samples that come with Driftgate no job is started."
        say(_event(EventType.PROFILING_REFUSED, request, {"sentence": sentence}, now))
        return
    try:
        ordered = _asked_for(request, adapters)
        if request.engine is Engine.SPARK:
            name = job_name(request.model, request.order, request.wanted, request.attempt)
            job = adapters.profiling_jobs.start(ordered.order, ordered.baseline, name)
            told: dict[str, Any] = {"job": job.name}
        else:
            told = {"parts": send_parts(request, ordered, adapters.sender, now, replay)}
    except MalformedPayload:
        raise
    except Refused as problem:
        say(_event(EventType.PROFILING_REFUSED, request, {"sentence": _short(problem)}, now))
        return
    say(_event(EventType.PROFILING_STARTED, request, told, now))


def _asked_for(request: RequestProfile, adapters: Adapters) -> Ordered:
    """The order, whose own engine is asked: a job costs money, and a message may be anybody's."""
    ordered = load_order(adapters.profiles, request.model, request.order)
    if request.engine is not ordered.order.engine:
        raise MalformedPayload(f"The order {ordered.id} is not counted by {request.engine}.")
    return ordered


def _part(request: PartRequest, adapters: Adapters, say: Say, now: datetime) -> None:
    try:
        ordered = load_order(adapters.profiles, request.model, request.order)
        rows = count_part(ordered, request.part, adapters)
    except MalformedPayload:
        raise
    except Refused as problem:
        told = {"part": request.part, "sentence": _short(problem)}
        say(_event(EventType.PROFILING_REFUSED, request, told, now))
        return
    told = {"part": request.part, "rows": rows}
    say(_event(EventType.PART_PROFILED, request, told, now))


def job_name(model: str, order: str, wanted: str, attempt: int) -> str:
    """A name that Azure takes, whatever the model is called: no two tries share one."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model)
    return f"profile-{plain[:60]}-{order[:20]}-{wanted[:8]}-{attempt}"


def _short(problem: Refused) -> str:
    return one_line(str(problem), _MOST_SENTENCE)


def _event(
    kind: EventType,
    request: RequestProfile | PartRequest,
    told: Mapping[str, Any],
    now: datetime,
) -> Event:
    """What became of a message: the same for each of its deliveries, another for each new try."""
    tried = [request.order, request.wanted, request.attempt, told.get("part")]
    return Event(
        id=content_hash([kind.value, *tried])[:32],
        source=SOURCE,
        type=kind,
        subject=f"profiling/{request.model}",
        time=now,
        correlation_id=request.order,
        data={
            "order": request.order,
            "wanted": request.wanted,
            "attempt": request.attempt,
            **told,
        },
    )
