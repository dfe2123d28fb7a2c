"""What is sent to the API: an object of known keys, and in whose name it is said."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.errors import InvalidData
from shared.web.problems import problem

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL-NAME"
MOST_BYTES = 65_536


def author_of(request: "Request", said: Mapping[str, Any]) -> str:
    """Whom the platform signed in, before whoever the body says it is. Raises InvalidData."""
    header = request.headers.get(PRINCIPAL, "")
    principal = header.encode("latin-1").decode("utf-8", errors="replace").strip()
    return principal or text_of(said, "author")


def object_of(body: bytes, known: set[str]) -> Mapping[str, Any]:
    """The body's object; an unknown key is refused, since it may be a misspelt one that matters.

    Raises InvalidData.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise InvalidData("The body is not JSON; send an object.") from fault
    if not isinstance(value, dict):
        raise InvalidData("The body is no JSON object; send one.")
    unknown = sorted(set(value) - known)
    if unknown:
        raise InvalidData(
            f"{unknown[0][:80]!r} is not known here; known are: {', '.join(sorted(known))}."
        )
    return value


def text_of(said: Mapping[str, Any], field: str) -> str:
    """A text that has to be there. Raises InvalidData."""
    value = said.get(field)
    if not isinstance(value, str) or not value.strip():
        raise InvalidData(f"{field} is missing; send it as text.")
    return value


def optional_text(said: Mapping[str, Any], field: str) -> str | None:
    """A text, None where it is left out. Raises InvalidData."""
    return None if said.get(field) is None else text_of(said, field)


def too_large() -> "Response":
    """The answer to a body over the limit."""
    return problem(413, f"The body is over the limit of {MOST_BYTES} bytes; say it shorter.")
