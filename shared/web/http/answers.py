"""What a route answers, for its description: the body, and every fault it may have."""

from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from shared.web.http.limits import MOST_BYTES
from shared.web.http.problems import MEDIA_TYPE

_FAULTS = {
    400: "Something in the request cannot be meant; the sentence names it and the fix.",
    401: "Nobody is signed in.",
    403: "The role that this needs is missing; the sentence names it.",
    404: "There is no such thing; the sentence says what there is.",
    413: f"The body is over {MOST_BYTES} bytes.",
    415: "The body is not sent as JSON.",
    429: "That was too often; Retry-After says in how many seconds to ask again.",
    500: "Driftgate failed, or lacks a right of its own.",
    503: "Something that Driftgate needs does not answer, or access is not set up; try again.",
    504: "It took too long.",
}
_ALWAYS = (400, 401, 403, 413, 429, 500, 503, 504)
_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}

Responses = dict[int | str, dict[str, Any]]
EXACT = ConfigDict(extra="forbid", ser_json_timedelta="float")
"""Of an answer that is described by a dataclass: it has its fields and no others."""


class Shown(BaseModel):
    """An answer of known fields and no others."""

    model_config = EXACT


def answers(model: type | None, *codes: int, **pages: str) -> Responses:
    """The `responses` of a route that reads: its body as JSON, and the faults besides the usual.

    `pages` are what it may answer with instead, by format: `html="text/html"`.
    """
    shown: dict[str, Any] = {"description": "As asked."}
    if model is not None:
        shown["model"] = model
    if pages:
        shown["content"] = {kind: {"schema": {"type": "string"}} for kind in pages.values()}
    return {200: shown, **_faults(codes)}


def accepts(model: type, *codes: int, located: bool = False) -> Responses:
    """The `responses` of a route that takes what is said: 202, since it is decided later."""
    shown: dict[str, Any] = {"description": "Kept; it counts once it is decided.", "model": model}
    if located:
        shown["headers"] = {"Location": {"description": "Where it will be listed.", "schema": {}}}
    return {202: shown, **_faults((415, *codes))}


def _faults(codes: tuple[int, ...]) -> Responses:
    return {code: {"description": _FAULTS[code]} for code in sorted({*_ALWAYS, *codes})}


def fault_responses() -> dict[str, dict[str, Any]]:
    """Every fault by its status, as the routes of the description refer to them."""
    told: dict[str, dict[str, Any]] = {
        str(code): {
            "description": sentence,
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
        for code, sentence in _FAULTS.items()
    }
    told["429"]["headers"] = {"Retry-After": _AFTER}
    return told


def located(kind: str, name: str) -> dict[str, str]:
    """The header that says where what was said will be listed."""
    return {"Location": f"/api/v1/{kind}/{quote(name, safe='')}"}
