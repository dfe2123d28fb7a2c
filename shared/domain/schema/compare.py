"""Two signatures, column by column: types, shapes, and what is required.

A scoring server casts the JSON of a column to its type (`cast_df_types_according_to_schema`), so
that a column may come to hold more. It casts nothing within objects, arrays and maps, refuses
fields that an object does not declare (`_enforce_object`), and wants tensors of the very type.
Source: mlflow/models/utils.py and mlflow/utils/proto_json_utils.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.domain.schema.change import ChangeKind, Part, Place, SchemaChange, spell_type
from shared.domain.schema.declared import declared_changes
from shared.domain.world import ColumnSpec

_ANY = "any"
_WIDER = {
    ("integer", "long"),
    ("integer", "double"),
    ("integer", "float"),
    ("long", "double"),
    ("float", "double"),
    ("boolean", "integer"),
    ("boolean", "long"),
}
_WIDER_WITHIN = {("integer", "long"), ("float", "double")}
_WIDER_PARAMS = {
    ("integer", "long"),
    ("integer", "float"),
    ("integer", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
}
"""What MLflow converts of a parameter's value (`_ALLOWED_CONVERSIONS_FOR_PARAMS`)."""


def compare_schemas(
    before: Iterable[ColumnSpec], after: Iterable[ColumnSpec], part: Part = Part.INPUTS
) -> tuple[list[str], list[str]]:
    """What changed between two signatures: breaking changes, then harmless ones.

    >>> old = [ColumnSpec(name="age", type="integer"), ColumnSpec(name="zip", type="string")]
    >>> new = [ColumnSpec(name="age", type="long"), ColumnSpec(name="income", type="double")]
    >>> compare_schemas(old, new)
    (['income was added and is required'], ['age widened from integer to long', 'zip was removed'])
    """
    changes = schema_changes(before, after, part)
    return (
        [change.sentence for change in changes if change.breaking],
        [change.sentence for change in changes if not change.breaking],
    )


def schema_changes(
    before: Iterable[ColumnSpec], after: Iterable[ColumnSpec], part: Part = Part.INPUTS
) -> tuple[SchemaChange, ...]:
    """Every change by column; empty when nothing changed."""
    old = {column.name: column for column in before}
    new = {column.name: column for column in after}
    return tuple(
        change
        for name in sorted(old.keys() | new.keys())
        for change in _column(Place(part=part, path=name), old.get(name), new.get(name))
    )


def _column(
    place: Place, was: ColumnSpec | None, becomes: ColumnSpec | None
) -> Iterator[SchemaChange]:
    if was is None or becomes is None:
        if was is not None:
            yield _removed(place, was)
        if becomes is not None:
            yield _added(place, becomes)
        return
    retyped = _retyped(place, was, becomes)
    if retyped is not None:
        yield retyped
    yield from _requirement(place, was, becomes)
    yield from declared_changes(place, was, becomes)
    if was.default != becomes.default:
        yield place.change(
            ChangeKind.DEFAULT_CHANGED,
            f"has the default {becomes.default} in place of {was.default}",
            breaking=False,
            before=was.default,
            after=becomes.default,
        )
    if was.type == becomes.type:
        yield from _within(place, was, becomes)


def _removed(place: Place, was: ColumnSpec) -> SchemaChange:
    """Who still sends an input column that nobody reads is answered all the same.

    Not so where a parameter is ignored, which changes the answer its caller asked for, an output
    is missed, an object refuses a field it does not declare, or inputs go by their place.
    """
    unnoticed = place.part is Part.INPUTS and not place.within and not place.path.startswith("#")
    ignored = " and is ignored where it is still sent" if place.part is Part.PARAMS else ""
    return place.change(
        ChangeKind.REMOVED,
        f"was removed{ignored}",
        breaking=not unnoticed,
        before=spell_type(was),
    )


def _added(place: Place, becomes: ColumnSpec) -> SchemaChange:
    what = {
        Part.INPUTS: f"was added and is {'required' if becomes.required else 'optional'}",
        Part.OUTPUTS: "was added",
        Part.PARAMS: f"was added with the default {becomes.default}",
    }[place.part]
    breaking = place.part is Part.INPUTS and becomes.required
    return place.change(ChangeKind.ADDED, what, breaking=breaking, after=spell_type(becomes))


def _retyped(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> SchemaChange | None:
    old, new = spell_type(was), spell_type(becomes)
    if was.type != becomes.type:
        wider = _takes_all(place, was, becomes)
        kind = ChangeKind.WIDENED if wider else ChangeKind.RETYPED
        what = f"widened from {old} to {new}" if wider else f"changed from {old} to {new}"
        return place.change(kind, what, breaking=not wider, before=old, after=new)
    if was.shape == becomes.shape:
        return None
    inner, outer = (becomes, was) if place.given else (was, becomes)
    return place.change(
        ChangeKind.RESHAPED,
        f"changed from {old} to {new}",
        breaking=not _fits(inner.shape, outer.shape),
        before=old,
        after=new,
    )


def _takes_all(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> bool:
    """Whether all that was taken is taken still; what is given may not change its type at all."""
    if place.given:
        return was.type == _ANY
    if becomes.type == _ANY:
        return True
    pair = (was.type, becomes.type)
    if place.part is Part.PARAMS:
        return pair in _WIDER_PARAMS and was.shape == becomes.shape
    return pair in (_WIDER_WITHIN if place.within else _WIDER)


def _fits(inner: tuple[int, ...] | None, outer: tuple[int, ...] | None) -> bool:
    """Whether every tensor of one shape is one of the other; -1 is any length."""
    return (
        inner is not None
        and outer is not None
        and len(inner) == len(outer)
        and all(wide in (-1, narrow) for narrow, wide in zip(inner, outer, strict=True))
    )


def _requirement(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    if becomes.required and not was.required:
        yield place.change(ChangeKind.BECAME_REQUIRED, "became required", breaking=not place.given)
    elif was.required and not becomes.required:
        yield place.change(ChangeKind.BECAME_OPTIONAL, "became optional", breaking=place.given)


def _within(place: Place, was: ColumnSpec, becomes: ColumnSpec) -> Iterator[SchemaChange]:
    """The fields of an object, the items of an array, the values of a map."""
    old = {inner.name: inner for inner in was.fields}
    new = {inner.name: inner for inner in becomes.fields}
    ending = {"array": "[]", "map": "{}"}.get(becomes.type)
    for name in sorted(old.keys() | new.keys()):
        path = f"{place.path}{ending}" if ending else f"{place.path}.{name}"
        inner = replace(place, path=path, within=True)
        yield from _column(inner, old.get(name), new.get(name))
