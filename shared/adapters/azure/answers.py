"""Reading Azure's JSON: a key that is missing or of another type is absence, never a crash."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.core.exceptions import DecodeError
from azure.core.rest import HttpResponse

from shared.domain.canonical import parse_time
from shared.domain.recorded import number, told_numbers
from shared.errors import Unavailable

__all__ = [
    "json_object",
    "mapping",
    "number",
    "numbers",
    "run_tag",
    "text",
    "texts",
    "time",
    "whole",
]


def json_object(response: HttpResponse, doing: str) -> Mapping[str, Any]:
    """A good answer's JSON object. Raises Unavailable for anything else: it may be a proxy's."""
    try:
        content = response.json()
    except (ValueError, DecodeError) as problem:
        raise Unavailable(f"Could not {doing}: the answer is not JSON.") from problem
    if not isinstance(content, dict):
        raise Unavailable(f"Could not {doing}: the answer is no JSON object.")
    return content


def mapping(holder: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The mapping under keys, one within the other; empty when there is none.

    >>> mapping({"a": {"b": {"c": 1}}}, "a", "b"), mapping({"a": None}, "a", "b")
    ({'c': 1}, {})
    """
    for key in keys:
        value = holder.get(key)
        if not isinstance(value, dict):
            return {}
        holder = value
    return holder


def text(holder: Mapping[str, Any], key: str) -> str | None:
    """Text that is not empty, else None."""
    value = holder.get(key)
    return value if isinstance(value, str) and value else None


def texts(holder: Mapping[str, Any], key: str) -> dict[str, str]:
    """A mapping to text; entries without a value are left out."""
    return {name: str(value) for name, value in mapping(holder, key).items() if value is not None}


def numbers(holder: Mapping[str, Any], key: str) -> dict[str, float]:
    """A mapping to finite numbers; what is none is left out."""
    return told_numbers(mapping(holder, key))[0]


def whole(holder: Mapping[str, Any], key: str) -> int | None:
    """A whole number that is written as one; None for anything else."""
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def time(holder: Mapping[str, Any], key: str) -> datetime | None:
    """A time in UTC, None when it is missing or unreadable."""
    value = text(holder, key)
    try:
        return parse_time(value) if value else None
    except ValueError:
        return None


def run_tag(run: Mapping[str, Any], key: str) -> str | None:
    """A tag out of MLflow's list of keys and values."""
    tags = mapping(run, "data").get("tags")
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and tag.get("key") == key:
            return text(tag, "value")
    return None
