"""Carries out what is asked of a profile that is counted elsewhere: a job, or part by part.

Every act may be repeated: a message may come twice, and comes again when the world did not answer.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.action import RequestProfile
from shared.domain.event import Event, EventType
from shared.domain.policy import Engine
from shared.errors import MalformedPayload, Refused
from shared.ports import Adapters
from shared.service.codec import decode
from shared.service.messages.reading import order_of
from shared.service.profiling.orders import Ordered, load_order
from shared.service.profiling.parts import PROFILE_PART, count_part, part_of, send_parts
from shared.service.replayed import held_back

_LOG = logging.getLogger("driftgate.requests")
SOURCE = "driftgate/profiling"
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
        _part(data, adapters, say, now)
        return
    if action != RequestProfile.kind:
        raise MalformedPayload(f"Nobody carries out {str(action)[:80]!r} for a profile.")
    try:
        request = decode(data, RequestProfile)
    except msgspec.ValidationError as problem:
        raise MalformedPayload(f"A request of a profile cannot be read: {problem}.") from problem
    _begin(request, adapters, say, now, samples=samples)


def _begin(
    request: RequestProfile, adapters: Adapters, say: Say, now: datetime, *, samples: bool
) -> None:
    if samples and request.engine is Engine.SPARK:
        sentence = "On the samples that come with Driftgate no job is started."
        say(_refused(request.model, request.order, request.attempt, sentence, now))
        return
    try:
        ordered = load_order(adapters.profiles, request.model, request.order)
        if request.engine is Engine.SPARK:
            name = job_name(request.model, request.order, request.attempt)
            job = adapters.profiling_jobs.start(ordered.order, ordered.baseline, name)
            told: dict[str, Any] = {"job": job.name}
        else:
            sent = send_parts(request, ordered.order, adapters.sender, now)
            told = {"parts": sent}
    except Refused as problem:
        say(_refused(request.model, request.order, request.attempt, str(problem), now))
        return
    say(
        _event(
            EventType.PROFILING_STARTED,
            f"started-{request.order}-{request.attempt}",
            request.model,
            {"order": request.order, **told},
            now,
        )
    )


def _part(data: Mapping[str, Any], adapters: Adapters, say: Say, now: datetime) -> None:
    model, order, number = part_of(data)
    try:
        ordered: Ordered = load_order(adapters.profiles, model, order)
        rows = count_part(ordered, number, adapters)
    except Refused as problem:
        say(_refused(model, order, f"part-{number}", str(problem), now))
        return
    say(
        _event(
            EventType.PART_PROFILED,
            f"part-{order}-{number}",
            model,
            {"order": order, "part": number, "rows": rows},
            now,
        )
    )


def job_name(model: str, order: str, attempt: int) -> str:
    """A name that Azure takes, whatever the model is called: no two tries share one."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model)
    return f"profile-{plain[:60]}-{order[:20]}-{attempt}"


def _refused(model: str, order: str, by: object, sentence: str, now: datetime) -> Event:
    told = {"order": order, "sentence": sentence[:1000]}
    return _event(EventType.PROFILING_REFUSED, f"refused-{order}-{by}", model, told, now)


def _event(
    kind: EventType, identity: str, model: str, told: Mapping[str, Any], now: datetime
) -> Event:
    return Event(
        id=identity,
        source=SOURCE,
        type=kind,
        subject=f"profiling/{model}",
        time=now,
        correlation_id=str(told["order"]),
        data=dict(told),
    )
