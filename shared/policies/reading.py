"""One policy file into a Policy, refusing every fault in one sentence that names the key."""

import dataclasses
import math
import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from reprlib import Repr
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.domain.policy import Policy
from shared.errors import InvalidPolicy
from shared.policies.checks import problems_of
from shared.policies.durations import parse_duration

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 120
_REPR.maxlevel = 2


def read_policy(content: bytes, file: str) -> Policy:
    """Read a YAML policy.

    Raises InvalidPolicy naming the file, the key and the fix: unknown keys are never ignored.
    """
    plain = read_mapping(content, file, "model")
    try:
        policy: Policy = read_value(Policy, plain, "")
    except (ValueError, OverflowError) as problem:
        raise InvalidPolicy(f"{file}: {problem}.") from problem
    fault = next(problems_of(policy), None)
    if fault is not None:
        raise InvalidPolicy(f"{file}: {fault}.")
    return policy


def read_mapping(content: bytes, file: str, first: str) -> dict[str, Any]:
    """Read YAML that is a mapping; `first` is the key such a file begins with.

    Raises InvalidPolicy naming the file.
    """
    from shared.policies.yaml_files import read_yaml

    plain = read_yaml(content, file)
    if not isinstance(plain, dict):
        raise InvalidPolicy(f"{file} must be a mapping that begins with `{first}:`.")
    return plain


def read_value(kind: Any, value: object, path: str) -> Any:
    """Turn a YAML value into the annotated kind, or raise ValueError with the key's path.

    A field that ends in an underscore, since Python keeps the word, is a key without it. A class
    with a SHORT field may be written as that field's value alone.
    """
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _read_fields(kind, value, path)
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        if value is None and type(None) in get_args(kind):
            return None
        return read_value(next(arm for arm in get_args(kind) if arm is not type(None)), value, path)
    if origin is list:
        if not isinstance(value, list):
            raise ValueError(f"{path} must be a list")
        item = get_args(kind)[0]
        return [read_value(item, entry, f"{path}[{index}]") for index, entry in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{path} must be a mapping")
        item = get_args(kind)[1]
        return {str(key): read_value(item, entry, f"{path}.{key}") for key, entry in value.items()}
    return _read_scalar(kind, value, path)


def _read_fields(kind: type, value: object, path: str) -> Any:
    short = getattr(kind, "SHORT", None)
    if short is not None and not isinstance(value, Mapping | list) and value is not None:
        value = {short: value}
    if not isinstance(value, Mapping):
        raise ValueError(f"{path or 'the file'} must be a mapping of keys to values")
    names = {field.name.rstrip("_"): field.name for field in dataclasses.fields(kind)}
    annotated = get_type_hints(kind)
    hints = {key: annotated[name] for key, name in names.items()}
    arguments = {}
    for key, entry in value.items():
        shown = str(key)[:80]
        where = f"{path}.{shown}" if path else shown
        if key not in hints:
            close = get_close_matches(shown, hints, n=1)
            hint = f"write {close[0]}" if close else f"known are {', '.join(hints)}"
            raise ValueError(f"{where} is not a known key; {hint}")
        arguments[names[str(key)]] = read_value(hints[key], entry, where)
    for field in dataclasses.fields(kind):
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and field.name not in arguments:
            raise ValueError(f"{path + '.' if path else ''}{field.name} is missing; set it")
    return kind(**arguments)


def _read_scalar(kind: Any, value: object, path: str) -> Any:
    if kind is timedelta:
        return _read_duration(value, path)
    if kind is datetime:
        return _read_time(value, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        allowed_values = [str(member.value) for member in kind]
        word = "off" if value is False else value
        if word in allowed_values:
            return kind(word)
        allowed = ", ".join(allowed_values)
        raise ValueError(f"{path} is {_shown(value)}; choose one of {allowed}")
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise ValueError(f"{path} is {_shown(value)}; give a number")
        return float(value)
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{path} is {_shown(value)}; give a whole number")
        return value
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{path} is {_shown(value)}; write true or false")
        return value
    if isinstance(value, bool | dict | list) or value is None:
        raise ValueError(f"{path} is {_shown(value)}; give text")
    return str(value)


def _shown(value: object) -> str:
    """A value in a sentence; of one that anchors make endless, its beginning."""
    return _REPR.repr(value)


def _read_duration(value: object, path: str) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f"{path} is {_shown(value)}; write a duration such as 30m, 24h or 7d")
    try:
        return parse_duration(value)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from problem


def _read_time(value: object, path: str) -> datetime:
    """YAML reads a time by itself when it is written as one; without a zone it is UTC."""
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as problem:
        raise ValueError(
            f"{path} is {_shown(value)}; write a time such as 2026-12-24T18:00Z"
        ) from problem
    return time.astimezone(UTC) if time.tzinfo is not None else time.replace(tzinfo=UTC)
