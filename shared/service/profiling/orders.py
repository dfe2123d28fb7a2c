"""Orders as they are kept: too large for a message, so that it carries the order's id alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from shared.domain.canonical import to_plain
from shared.domain.collected import CollectedFile
from shared.domain.decisions.profiling.choosing import part_bytes
from shared.domain.policy import Engine, ProfilesPolicy
from shared.domain.profiling import Capacity, ProfilingOrder, Span, profile_name
from shared.errors import InvalidData, NotFound
from shared.ports import Profiles
from shared.service.codec import decode
from shared.service.profiling.pieces import cut_at

if TYPE_CHECKING:
    from shared.statistics import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order with the baseline it is counted in, in its JSON form."""

    order: ProfilingOrder
    baseline: Mapping[str, Any]


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
    """The order of the files that can hold rows of the spans, cut where any span begins or ends."""
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
    kept = profiles.load(profile_name(identity, "order"))
    if kept is None:
        raise NotFound(f"The order {identity[:40]} of {model[:80]} is not kept any more.")
    try:
        ordered = Ordered(order=decode(kept["order"], ProfilingOrder), baseline=kept["baseline"])
    except (KeyError, TypeError, msgspec.ValidationError) as problem:
        raise InvalidData(
            f"The order {identity[:40]} of {model[:80]} cannot be read ({type(problem).__name__})."
        ) from problem
    if ordered.order.model != model or ordered.order.id != identity:
        raise InvalidData(f"The order {identity[:40]} is not one of {model[:80]}.")
    return ordered


def time_column_of(files: Sequence[CollectedFile]) -> str | None:
    """The column with the rows' times, None where the files do not agree on one."""
    columns = {file.time_column for file in files}
    return columns.pop() if len(columns) == 1 else None
