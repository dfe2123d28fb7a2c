"""A part's profile in few bytes: counts alone, for whoever has the baseline too.

Edges and values are the baseline's and are most of what `Profile.to_json` writes, so a thousand
parts of one window leave them out; their numbers lie side by side in the order of the columns.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

import numpy as np

from shared.domain.canonical import format_time, parse_time
from shared.errors import InvalidData
from shared.statistics.profile.categorical import CategoricalColumn
from shared.statistics.profile.numeric import NumericColumn
from shared.statistics.profile.profile import Column, Profile

PART_VERSION = 1


def part_to_json(part: Profile) -> dict[str, Any]:
    """Plain JSON values that `part_from_json` reads back exactly, given the same baseline."""
    columns = part.columns.values()
    return {
        "part": PART_VERSION,
        "baseline_hash": part.baseline_hash,
        "rows": part.rows,
        "start": None if part.start is None else format_time(part.start),
        "end": None if part.end is None else format_time(part.end),
        "fingerprint": part.fingerprint,
        "skipped": dict(part.skipped),
        "problems": dict(part.problems),
        "extra": list(part.extra),
        "unread": part.unread,
        "columns": list(part.columns),
        "counts": list(chain.from_iterable(column.counts.tolist() for column in columns)),
        "wholes": list(chain.from_iterable(map(_wholes, columns))),
        "doubles": list(chain.from_iterable(map(_doubles, columns))),
        "examples": {
            name: list(column.examples)
            for name, column in part.columns.items()
            if isinstance(column, CategoricalColumn) and column.examples
        },
    }


def part_from_json(plain: Mapping[str, Any], base: Profile) -> Profile:
    """Read back what `part_to_json` wrote of a profile in the bins of this baseline.

    Raises InvalidData for a form this code does not know, another baseline, and what is no part.
    """
    if plain.get("part") != PART_VERSION:
        raise InvalidData(
            f"The part has form {plain.get('part')}, known is {PART_VERSION}; compute it again."
        )
    if plain.get("baseline_hash") != base.baseline_hash:
        raise InvalidData(
            f"The part is of the baseline {str(plain.get('baseline_hash'))[:12]}, not of "
            f"{base.baseline_hash[:12]}; compute it against this one."
        )
    try:
        return Profile(
            columns=_columns(plain, base),
            rows=plain["rows"],
            baseline_hash=base.baseline_hash,
            start=None if plain["start"] is None else parse_time(plain["start"]),
            end=None if plain["end"] is None else parse_time(plain["end"]),
            fingerprint=plain["fingerprint"],
            skipped=dict(plain["skipped"]),
            problems=dict(plain["problems"]),
            extra=tuple(plain["extra"]),
            unread=plain["unread"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise InvalidData(
            f"The part cannot be read ({type(problem).__name__}); compute it again."
        ) from problem


def _columns(plain: Mapping[str, Any], base: Profile) -> dict[str, Column]:
    counts = np.array(plain["counts"], dtype=np.int64)
    wholes, doubles = iter(plain["wholes"]), iter(plain["doubles"])
    examples = plain["examples"]
    found: dict[str, Column] = {}
    end = 0
    for name in plain["columns"]:
        like = base.columns[name]
        start, end = end, end + len(like.counts)
        if isinstance(like, NumericColumn):
            found[name] = _numeric(like, counts[start:end], wholes, doubles)
        else:
            told = tuple(examples.get(name, ()))
            found[name] = _categorical(like, counts[start:end], wholes, told)
    if end != len(counts) or [*wholes, *doubles]:
        raise ValueError("more or fewer numbers than its columns have")
    return found


def _numeric(
    like: NumericColumn, counts: Any, wholes: Iterator[int], doubles: Iterator[float | None]
) -> NumericColumn:
    minimum, maximum, total, squares = _four(doubles)
    nulls, nans, above, below = _four(wholes)
    return NumericColumn(
        edges=like.edges,
        counts=counts,
        shift=like.shift,
        nulls=nulls,
        nans=nans,
        above=above,
        below=below,
        minimum=minimum,
        maximum=maximum,
        shifted_sum=total,
        shifted_squares=squares,
        kind=like.kind,
    )


def _categorical(
    like: CategoricalColumn, counts: Any, wholes: Iterator[int], examples: tuple[str, ...]
) -> CategoricalColumn:
    other_known, unseen, nulls, singletons = _four(wholes)
    return CategoricalColumn(
        values=like.values,
        counts=counts,
        known=like.known,
        other_known=other_known,
        unseen=unseen,
        examples=examples,
        nulls=nulls,
        singletons=singletons,
        kind=like.kind,
    )


def _four(numbers: Iterator[Any]) -> tuple[Any, ...]:
    return tuple(islice(numbers, 4))


def _wholes(column: Column) -> tuple[int, int, int, int]:
    if isinstance(column, NumericColumn):
        return column.nulls, column.nans, column.above, column.below
    return column.other_known, column.unseen, column.nulls, column.singletons


def _doubles(column: Column) -> tuple[float | None, ...]:
    if isinstance(column, NumericColumn):
        return column.minimum, column.maximum, column.shifted_sum, column.shifted_squares
    return ()
