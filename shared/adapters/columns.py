"""Columns of a signature as MLflow writes them, and what is declared of them beside it.

A column's range, categories and nulls are in no MLflow signature. They are read of a property or a
tag `schema.<column>` that holds JSON such as `{"min": 0, "max": 120, "enforced": true}`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from shared.domain.world import ColumnSpec

DECLARED = "schema."
"""What the names of properties and tags begin with that declare a column."""
_DEEPEST = 20


def read_columns(entries: object) -> tuple[ColumnSpec, ...]:
    """The entries of `inputs` or `outputs`; one without a name is called by its place, `#1`.

    Raises ValueError for types that are nested more than twenty deep.

    >>> [column] = read_columns([{"type": "array", "items": {"type": "long"}, "required": False}])
    >>> column.name, column.type, column.required, column.fields[0].type
    ('#1', 'array', False, 'long')
    """
    return tuple(
        _column(entry, str(entry.get("name") or f"#{place}"))
        for place, entry in enumerate(_mappings(entries), start=1)
    )


def read_params(entries: object) -> tuple[ColumnSpec, ...]:
    """The entries of `params`: never required, since each has a default.

    Old files say `dtype` in place of `type`.
    """
    return tuple(
        replace(
            _column({"type": entry.get("dtype"), **entry, "required": False}, str(entry["name"])),
            default=json.dumps(entry.get("default"), sort_keys=True, default=str),
        )
        for entry in _mappings(entries)
        if entry.get("name")
    )


def read_declared(texts: Mapping[str, str]) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """What is declared of columns by name, and what of it cannot be read, by its full name.

    >>> read_declared({"schema.age": '{"min": 0}', "schema.zip": "{", "owner": "risk"})
    ({'age': {'min': 0}}, {'schema.zip': '{'})
    """
    declared: dict[str, Mapping[str, Any]] = {}
    unreadable: dict[str, str] = {}
    for name, text in texts.items():
        if name.startswith(DECLARED):
            try:
                entry = json.loads(text)
                _declare(ColumnSpec(name=name, type="any"), entry)
            except (ValueError, RecursionError):
                unreadable[name] = text
            else:
                declared[name.removeprefix(DECLARED)] = entry
    return declared, unreadable


def with_declared(
    columns: Sequence[ColumnSpec], declared: Mapping[str, Mapping[str, Any]]
) -> tuple[ColumnSpec, ...]:
    """The columns with what is declared of them."""
    return tuple(_declare(column, declared.get(column.name, {})) for column in columns)


def _mappings(entries: object) -> list[Mapping[str, Any]]:
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


def _column(entry: Mapping[str, Any], name: str, depth: int = 0) -> ColumnSpec:
    if depth > _DEEPEST:
        raise ValueError(f"types are nested more than {_DEEPEST} deep")
    tensor = entry.get("tensor-spec")
    spec = tensor if isinstance(tensor, dict) else entry
    column = ColumnSpec(
        name=name,
        type=str(spec.get("dtype") or entry.get("type") or "unknown"),
        required=entry.get("required", entry.get("optional") is not True) is True,
        shape=_shape(spec.get("shape")),
        fields=_fields(entry, depth + 1),
    )
    return _declare(column, entry)


def _fields(entry: Mapping[str, Any], depth: int) -> tuple[ColumnSpec, ...]:
    properties = entry.get("properties")
    if entry.get("type") == "object" and isinstance(properties, dict):
        return tuple(
            _column(inner, str(name), depth)
            for name, inner in sorted(properties.items())
            if isinstance(inner, dict)
        )
    key = {"array": "items", "map": "values"}.get(str(entry.get("type")))
    inner = entry.get(key) if key else None
    return (_column(inner, str(key), depth),) if isinstance(inner, dict) else ()


def _shape(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(length if isinstance(length, int) else -1 for length in value)


def _declare(column: ColumnSpec, entry: object) -> ColumnSpec:
    """The column with a declaration; raises ValueError for one of another form."""
    if not isinstance(entry, dict):
        raise ValueError(f"{column.name} is no mapping")
    categories = entry.get("categories")
    if categories is not None and not isinstance(categories, list):
        raise ValueError(f"{column.name}.categories is no list")
    return replace(
        column,
        nullable=_truth(column, entry, "nullable", column.nullable),
        min=_end(column, entry, "min"),
        max=_end(column, entry, "max"),
        categories=(
            column.categories
            if categories is None
            else tuple(sorted({_category(category) for category in categories}))
        ),
        enforced=_truth(column, entry, "enforced", column.enforced) is True,
    )


def _category(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _truth(
    column: ColumnSpec, entry: Mapping[str, Any], key: str, default: bool | None
) -> bool | None:
    value = entry.get(key, default)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{column.name}.{key} is {value!r}; write true or false")
    return value


def _end(column: ColumnSpec, entry: Mapping[str, Any], key: str) -> float | None:
    value = entry.get(key, getattr(column, key))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{column.name}.{key} is {value!r}; give a number")
    return float(value)
