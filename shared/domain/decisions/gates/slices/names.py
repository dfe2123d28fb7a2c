"""Metrics that were logged a slice of the rows at a time, by their names.

Two forms are read. `auc/region/north` is what MLflow takes, whose names may hold neither brackets
nor `=`; `auc[region=north]` may stand in a property, a tag or a file. Several conditions stand in
brackets only: `auc[region=north,age=old]`. A slice is compared with those of the same columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BRACKETS = re.compile(r"([^\[\]]+)\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the rows: the columns that cut it out, and how people write it."""

    columns: str
    named: str


def slices_of(metric: str, names: Iterable[str]) -> dict[Slice, str]:
    """The slices of a metric and the name each was logged under, brackets before slashes.

    >>> found = slices_of("auc", ["auc", "auc/region/north", "auc[region=south]", "auc/v1"])
    >>> [(one.columns, one.named) for one in found]
    [('region', 'region=south'), ('region', 'region=north')]
    """
    found: dict[Slice, str] = {}
    for name in sorted(names, key=lambda one: ("[" not in one, one)):
        one = _slice(metric, name)
        if one is not None:
            found.setdefault(one, name)
    return found


def _slice(metric: str, name: str) -> Slice | None:
    bracketed = _BRACKETS.fullmatch(name)
    if bracketed is not None:
        halves = (part.partition("=") for part in bracketed[2].split(","))
        pairs = [(column.strip(), value.strip()) for column, _, value in halves]
        if bracketed[1] != metric or not all(column and value for column, value in pairs):
            return None
        return _made(pairs)
    if not name.startswith(f"{metric}/"):
        return None
    column, mark, value = name[len(metric) + 1 :].partition("/")
    return _made([(column, value)]) if mark and column and value else None


def _made(pairs: list[tuple[str, str]]) -> Slice:
    pairs = sorted(pairs)
    return Slice(
        columns=",".join(column for column, _ in pairs),
        named=",".join(f"{column}={value}" for column, value in pairs),
    )
