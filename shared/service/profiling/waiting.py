"""The profile that a look for drift waits for: still being counted, there, or given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.event import Event, EventType
from shared.domain.profiling import GIVEN_UP_AFTER, OrderedProfile, ProfilingOrder, profile_name
from shared.domain.wording import one_line, spell_duration
from shared.errors import Refused
from shared.ports import Profiles
from shared.service.profiling.orders import load_order

_MOST_SENTENCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An order with what was counted for it."""

    order: ProfilingOrder
    profiles: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Whether a look waits, for which `order`; or what it waited for is `made`, or has `failed`.

    `due` is when the check was due that goes on now; all are None where nothing was waited for.
    """

    order: str | None = None
    due: datetime | None = None
    made: Made | None = None
    failed: str | None = None


def waited_for(
    event: Event, waiting: OrderedProfile | None, profiles: Profiles, now: datetime
) -> Waited:
    """What an event means for the profile that is waited for.

    A check that is due looks for it too: what tells of it may be late.
    """
    if waiting is None:
        return Waited()
    told = event.type is not EventType.CHECK_DUE
    if told and event.data.get("order") != waiting.order:
        return Waited()
    if event.type is EventType.PROFILE_FAILED:
        sentence = one_line(str(event.data.get("sentence") or ""), _MOST_SENTENCE)
        return Waited(due=waiting.due, failed=sentence or "The rows could not be counted.")
    kept = profiles.load(profile_name(waiting.order, "made"))
    if kept is not None:
        try:
            ordered = load_order(profiles, event.name, waiting.order)
        except Refused as problem:
            return Waited(due=waiting.due, failed=str(problem))
        return Waited(due=waiting.due, made=Made(order=ordered.order, profiles=kept))
    if now - waiting.asked > GIVEN_UP_AFTER:
        spelled = spell_duration(GIVEN_UP_AFTER)
        failed = f"The rows were not counted within {spelled}; they are asked for anew."
        return Waited(due=waiting.due, failed=failed)
    return Waited(order=waiting.order)
