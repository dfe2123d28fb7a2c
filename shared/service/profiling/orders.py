"""Orders as they are kept: too large for a message, so that it carries the order's id alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec

from shared.domain.canonical import to_plain
from shared.domain.collected import CollectedFile, time_column_of
from shared.domain.decisions.profiling.choosing import part_bytes
from shared.domain.policy import Engine, ProfilesPolicy
from shared.domain.profiling import (
    Capacity,
    ProfilingOrder,
    ProfilingPart,
    Span,
    parts_of,
    profile_name,
)
from shared.errors import InvalidData, NotFound
from shared.ports import Profiles
from shared.recent import Recent
from shared.service.codec import decode
from shared.service.profiling.pieces import cut_at

if TYPE_CHECKING:
    from shared.statistics import Profile


NO_TIMES = "The rows that were scored have no `time_column`, so no window can be cut; name it."
_REMEMBERED = 2
_LOCK = Lock()
_RECENT: "WeakKeyDictionary[Profiles, Recent[str, Ordered]]" = WeakKeyDictionary()
"""The orders that were read last of a store: each of thousands of parts asks for the same one, and
an order never changes under its id."""


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order with the baseline it is counted in, in its JSON form.

    Its `id` is at hand: to work it out, all its files are read.
    """

    id: str
    order: ProfilingOrder
    baseline: Mapping[str, Any]

    @cached_property
    def parts(self) -> list[ProfilingPart]:
        """What it is counted in, by number."""
        return parts_of(self.order)

    @cached_property
    def base(self) -> "Profile":
        """The baseline. Raises InvalidData."""
        from shared.statistics import Profile

        return Profile.from_json(self.baseline)


def make_order(
    model: str,
    version: str,
    base: "Profile",
    *,
    engine: Engine,
    profiles: ProfilesPolicy,
    capacity: Capacity,
    spans: Iterable[Span],
    inputs: Sequence[CollectedFile],
    outputs: Sequence[CollectedFile],
) -> ProfilingOrder:
    """The order of the files that can hold rows of the spans, cut where any span begins or ends.

    Raises InvalidData where their times are not known: no job has to be started to find that out.
    """
    for files in (inputs, outputs):
        if files and time_column_of(files) is None:
            raise InvalidData(NO_TIMES)
    cuts = cut_at(spans)
    start, end = cuts[0], cuts[-1]
    return ProfilingOrder(
        model=model,
        version=version,
        baseline_hash=base.baseline_hash,
        engine=engine,
        cuts=cuts,
        inputs=tuple(file for file in inputs if file.may_hold(start, end)),
        outputs=tuple(file for file in outputs if file.may_hold(start, end)),
        part_bytes=part_bytes(capacity) if engine is Engine.LOCAL else 0,
        spark=profiles.spark if engine is Engine.SPARK else None,
    )


def keep_order(profiles: Profiles, order: ProfilingOrder, baseline: Mapping[str, Any]) -> None:
    """Keep it under its id, where whoever counts finds it; harmless when it is there."""
    profiles.save(
        profile_name(order.id, "order"), {"order": to_plain(order), "baseline": dict(baseline)}
    )


def load_order(profiles: Profiles, model: str, identity: str) -> Ordered:
    """Read it back. Raises NotFound, and InvalidData for what is no order of this model."""
    with _LOCK:
        recent = _RECENT.setdefault(profiles, Recent(_REMEMBERED))
        ordered = recent.get(identity)
    if ordered is None:
        ordered = _read_order(profiles, model, identity)
        with _LOCK:
            recent[identity] = ordered
    if ordered.order.model != model:
        raise InvalidData(f"The order {identity[:40]} is not one of {model[:80]}.")
    return ordered


def _read_order(profiles: Profiles, model: str, identity: str) -> Ordered:
    kept = profiles.load(profile_name(identity, "order"))
    if kept is None:
        raise NotFound(f"The order {identity[:40]} of {model[:80]} is not kept any more.")
    try:
        order = decode(kept["order"], ProfilingOrder)
        ordered = Ordered(id=order.id, order=order, baseline=kept["baseline"])
    except (KeyError, TypeError, msgspec.ValidationError) as problem:
        raise InvalidData(
            f"The order {identity[:40]} of {model[:80]} cannot be read ({type(problem).__name__})."
        ) from problem
    if ordered.id != identity:
        raise InvalidData(f"The order {identity[:40]} of {model[:80]} was altered.")
    return ordered
