"""What people declare of a column beside its type: nulls, a range, categories.

Ranges and categories often only tell what the training data held, while the model answers beyond.
So they break something only where they are declared as `enforced`, and nulls where they are
declared as refused. What was not declared before was all taken, so that a new declaration narrows.
"""

import math
from collections.abc import Iterator

from shared.domain.schema.change import ChangeKind, Place, SchemaChange
from shared.domain.wording import spell_list, spell_number
from shared.domain.world import ColumnSpec


def declared_changes(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    """Every change of what is declared of one column."""
    yield from _nulls(place, was, becomes)
    yield from _range(place, was, becomes)
    yield from _categories(place, was, becomes)
    yield from _enforced(place, was, becomes)


def _nulls(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    refused, refuses = was.nullable is False, becomes.nullable is False
    if refuses and not refused:
        what = "holds no nulls any more" if place.given else "refuses nulls"
        yield place.change(ChangeKind.REFUSES_NULLS, what, breaking=not place.given)
    elif refused and not refuses:
        what = "may be null" if place.given else "takes nulls"
        yield place.change(ChangeKind.TAKES_NULLS, what, breaking=place.given)


def _range(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    old, new = _ends(was), _ends(becomes)
    before, after = _spell_range(was), _spell_range(becomes)
    what = f"from {before} to {after}"
    if new[0] > old[0] or new[1] < old[1]:
        yield place.change(
            ChangeKind.RANGE_NARROWED,
            f"narrowed {what}{_heeded(becomes)}",
            breaking=becomes.enforced and not place.given,
            before=before,
            after=after,
        )
    if new[0] < old[0] or new[1] > old[1]:
        yield place.change(
            ChangeKind.RANGE_WIDENED,
            f"widened {what}{_heeded(was) if place.given else ''}",
            breaking=was.enforced and place.given,
            before=before,
            after=after,
        )


def _categories(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    """No declared categories are all there are."""
    old, new = was.categories, becomes.categories
    if new is not None and (old is None or set(old) - set(new)):
        lost = sorted(set(old or ()) - set(new))
        what = f"lost {spell_list(lost)}" if lost else f"takes only {spell_list(list(new))}"
        yield place.change(
            ChangeKind.CATEGORIES_LOST,
            f"{what}{_heeded(becomes)}",
            breaking=becomes.enforced and not place.given,
            before=None if old is None else ", ".join(old),
            after=", ".join(new),
        )
    if old is not None and (new is None or set(new) - set(old)):
        gained = sorted(set(new or ()) - set(old))
        what = f"gained {spell_list(gained)}" if gained else "may be of any category"
        yield place.change(
            ChangeKind.CATEGORIES_GAINED,
            f"{what}{_heeded(was) if place.given else ''}",
            breaking=was.enforced and place.given,
            before=", ".join(old),
            after=None if new is None else ", ".join(new),
        )


def _heeded(column: ColumnSpec) -> str:
    return ", which is enforced" if column.enforced else ""


def _ends(column: ColumnSpec) -> tuple[float, float]:
    return (
        -math.inf if column.min is None else column.min,
        math.inf if column.max is None else column.max,
    )


def _spell_range(column: ColumnSpec) -> str:
    if column.min is None and column.max is None:
        return "any value"
    if column.min is None:
        return f"at most {spell_number(column.max)}"
    if column.max is None:
        return f"at least {spell_number(column.min)}"
    return f"{spell_number(column.min)} to {spell_number(column.max)}"


def _enforced(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    """What was only told is now held to, or the other way; new declarations are told as such."""
    if becomes.enforced and not was.enforced and _is_declared(was) and _is_declared(becomes):
        yield place.change(
            ChangeKind.ENFORCED, "is now held to what is declared of it", breaking=not place.given
        )
    elif was.enforced and not becomes.enforced and _is_declared(was):
        yield place.change(
            ChangeKind.NOT_ENFORCED,
            "is not held any more to what was declared of it",
            breaking=place.given,
        )


def _is_declared(column: ColumnSpec) -> bool:
    return (column.min, column.max, column.categories) != (None, None, None)
