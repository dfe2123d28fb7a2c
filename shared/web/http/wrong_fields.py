"""What is wrong in a request, as one sentence that names the field and the fix."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.domain.wording import one_line

_NO_OBJECT = "The body is no JSON object; send one."
NOT_JSON = "The body is not JSON; send an object."
_MISSING = frozenset({"missing", "string_pattern_mismatch", "string_too_short"})
_WHOLE = frozenset({"int_parsing", "int_type", "int_from_float"})
_KINDS = {
    "string_type": ("no text", "text"),
    "string_unicode": ("no text", "text"),
    "bool_type": ("neither true nor false", "one of them"),
    "list_type": ("no list", "a list of texts"),
    "dict_type": ("no object", "an object of numbers"),
    "float_type": ("no number", "a number"),
    "finite_number": ("no number", "a number"),
}


def sentence_of(fault: RequestValidationError, body: Any) -> str:
    """The first thing that is wrong; `body` is the class of the body, None where there is none."""
    error: Mapping[str, Any] = fault.errors()[0]
    kind, place = error["type"], [part for part in error["loc"] if isinstance(part, str)]
    if kind == "json_invalid":
        return NOT_JSON
    if len(place) < 2:
        return _NO_OBJECT
    field = ".".join(one_line(part, 80) for part in place[1:])
    if kind == "extra_forbidden":
        return f"{place[-1][:80]!r} is not known here; known are: {', '.join(_known(body))}."
    if kind in _MISSING or error["input"] is None:
        return f"{field} is missing; send it as {_wanted(body, place[-1])}."
    return f"{field} is {_shown(error['input'])}, which {_wrong(kind, error.get('ctx') or {})}."


def _wanted(body: Any, name: str) -> str:
    """What a field has to be, told by its class."""
    field = _fields(body).get(name)
    return "a list of texts" if field is not None and "list" in str(field.annotation) else "text"


def _wrong(kind: str, limits: Mapping[str, Any]) -> str:
    if kind in _KINDS:
        wrong, right = _KINDS[kind]
        return f"is {wrong}; send it as {right}"
    if kind in _WHOLE:
        return "is no whole number; send one"
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = limits.get("ge", limits.get("le"))
        return f"is too {'small' if 'ge' in limits else 'large'}; send {bound} or " + (
            "more" if "ge" in limits else "less"
        )
    if kind in {"too_long", "string_too_long"}:
        return f"is too long; send at most {limits.get('max_length')}"
    if kind in {"literal_error", "enum"}:
        return f"is not known here; send {str(limits.get('expected')).replace(chr(39), '')}"
    return "cannot be read; see /api/v1/openapi.json for what it has to be"


def _shown(value: object) -> str:
    return one_line(repr(value)[:60], 60)


def _known(body: Any) -> list[str]:
    return sorted(_fields(body)) or ["nothing"]


def _fields(body: Any) -> dict[str, FieldInfo]:
    """The fields of a body, by the names that callers know."""
    if not (isinstance(body, type) and issubclass(body, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in body.model_fields.items()}
