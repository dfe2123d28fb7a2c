"""The parts of an order added up as they come: exactly once each, whatever their order.

What is in a sum is known by the subject's state alone, which is committed once; a sum that was
written and not committed is written again under the same name, or forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import content_hash
from shared.domain.profiling import (
    Profiling,
    ProfilingOrder,
    bits,
    parts_of,
    profile_name,
    with_bits,
)
from shared.ports import Profiles
from shared.service.profiling.orders import Ordered
from shared.service.profiling.pieces import nothing

if TYPE_CHECKING:
    from shared.statistics import Profile

AT_ONCE = 32
"""So many parts are added together, so that the sum is not written for each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What is added up: `merged` are its parts, `lost` those that are not there (bits)."""

    name: str | None
    merged: str
    lost: str = "0"
    made: bool = False


def add_parts(ordered: Ordered, one: Profiling, counted: frozenset[int], profiles: Profiles) -> Sum:
    """Add those of the `counted` parts that no sum holds yet, when there are enough or all.

    When all are in, the whole is kept as what the order made. Raises Unavailable.
    """
    waiting = sorted(counted - bits(one.merged))
    last = len(counted) >= one.parts
    if not waiting or (len(waiting) < AT_ONCE and not last):
        return Sum(name=one.sum_name, merged=one.merged)
    order = ordered.order
    before = profiles.load(one.sum_name) if one.sum_name is not None else None
    if one.sum_name is not None and before is None:
        return Sum(name=None, merged="0", lost=one.merged)
    outputs = {part.number for part in parts_of(order) if part.of_outputs}
    found: dict[int, Mapping[str, Any]] = {}
    for number in waiting:
        part = profiles.load(profile_name(order.id, f"part-{number:05}"))
        if part is not None:
            found[number] = part
    merged = with_bits(one.merged, found)
    made = _added(
        order,
        ordered.baseline,
        before,
        [part for number, part in found.items() if number not in outputs],
        [part for number, part in found.items() if number in outputs],
    )
    whole = len(bits(merged)) == one.parts
    name = profile_name(order.id, "made" if whole else f"sum-{content_hash(merged)[:16]}")
    profiles.save(name, made)
    lost = with_bits("0", [number for number in waiting if number not in found])
    return Sum(name=name, merged=merged, lost=lost, made=whole)


def _added(
    order: ProfilingOrder,
    baseline: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    from shared.statistics import Profile

    base = Profile.from_json(baseline)
    held = before or {"inputs": [], "outputs": []}
    return {
        "inputs": _pieces(order, base, held["inputs"], inputs),
        "outputs": _pieces(order, base, held["outputs"], outputs) if order.outputs else [],
    }


def _pieces(
    order: ProfilingOrder,
    base: "Profile",
    held: Sequence[Mapping[str, Any] | None],
    parts: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    from shared.statistics import Profile

    every = [part["pieces"] for part in parts]
    added = []
    for at, (start, end) in enumerate(order.pieces):
        plain = [piece for pieces in (*([held] if held else []), *every) if (piece := pieces[at])]
        empty = nothing(base, start, end)
        added.append(reduce(Profile.__add__, map(Profile.from_json, plain), empty).to_json())
    return added
