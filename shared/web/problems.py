"""Faults as RFC 9457 problem details: one sentence, and a status that says whose fault it is."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from shared.errors import DriftgateError, NoPermission, NotFound

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def problem(code: int, sentence: str, headers: Mapping[str, str] | None = None) -> "Response":
    """A problem with its sentence as title."""
    from starlette.responses import JSONResponse

    body: dict[str, Any] = {"status": code, "title": sentence}
    return JSONResponse(
        body, status_code=code, headers=headers, media_type="application/problem+json"
    )


def foreseen(_: "Request", error: Exception) -> "Response":
    """What Driftgate raises on purpose: its sentence was written to be read.

    Without a right of its own it is our fault and not the caller's.
    """
    if isinstance(error, NotFound):
        return problem(404, str(error))
    if isinstance(error, NoPermission):
        return problem(500, str(error))
    retryable = isinstance(error, DriftgateError) and error.retryable
    return problem(503 if retryable else 400, str(error))


def of_http(_: "Request", error: Exception) -> "Response":
    """A path that is none, or a method that it does not have."""
    code = int(getattr(error, "status_code", 500))
    return problem(code, f"{HTTPStatus(code).phrase}.", getattr(error, "headers", None))
