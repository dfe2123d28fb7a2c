"""The JSON Schemas of policies and of the fleet's file, so that editors complete and check them.

What a key is for is the text below its field, where editors of this code show it as well.
"""

import dataclasses
import types
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import Fleet, Policy
from shared.policies.durations import write_duration
from shared.policies.key_texts import key_texts

_WORDS: dict[str, type[Enum]] = {"kind": AlertKind, "severity": Severity}
"""What texts of these names are chosen from, whether one is given or a list."""


def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) made from the Policy class, unknown keys refused as in reading."""
    return _document("Driftgate policy", Policy)


def fleet_schema() -> dict[str, Any]:
    """That of the fleet's file, made from the Fleet class."""
    return _document("Driftgate fleet", Fleet)


def _document(title: str, kind: type) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_schema(kind),
    }


def _schema(kind: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        short = getattr(kind, "SHORT", None)
        if short is not None:
            return {"anyOf": [_object(kind), _schema(get_type_hints(kind)[short])]}
        return _object(kind)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        arms = [arm for arm in get_args(kind) if arm is not type(None)]
        return {"anyOf": [_schema(arms[0]), {"type": "null"}]}
    if origin is list:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(get_args(kind)[1])}
    if kind is timedelta:
        return {"type": "string", "description": "A duration such as 30m, 24h, 7d or PT30M."}
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"type": {float: "number", bool: "boolean", int: "integer"}.get(kind, "string")}


def _object(kind: type) -> dict[str, Any]:
    """Keys as they are read: without the underscore that only Python needs."""
    hints = get_type_hints(kind)
    required = [
        field.name.rstrip("_")
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {
            field.name.rstrip("_"): _told(kind, field, _property(field.name, hints[field.name]))
            for field in dataclasses.fields(kind)
        },
        "required": required,
        "additionalProperties": False,
    }


def _property(name: str, hint: Any) -> dict[str, Any]:
    words = _WORDS.get(name)
    if words is not None and hint is str:
        return _schema(words)
    if words is not None and hint == list[str]:
        return {"type": "array", "items": _schema(words)}
    return _schema(hint)


def _told(kind: type, field: "dataclasses.Field[Any]", schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key with what it is for, and what it is when nobody writes it.

    Of a class its own text says more.
    """
    told = dict(schema)
    if schema.get("type") != "object" or "properties" not in schema:
        text = (key_texts(kind).get(field.name), schema.get("description"))
        told["description"] = " ".join(filter(None, text))
    default = field.default
    if isinstance(default, Enum):
        told["default"] = default.value
    elif isinstance(default, timedelta):
        told["default"] = write_duration(default)
    elif isinstance(default, bool | int | float | str):
        told["default"] = default
    elif field.default_factory is not dataclasses.MISSING:
        made = field.default_factory()
        if isinstance(made, list | dict):
            told["default"] = made
    return told
