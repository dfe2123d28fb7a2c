"""Faults as RFC 9457 problem details: one sentence, and a status that says whose fault it is."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from shared.errors import DriftgateError, NoPermission, NotFound, Throttled

MEDIA_TYPE = "application/problem+json"
_OURS = "Driftgate failed at this; its log says why. Try again, and tell who runs it."


class ProblemDetails(BaseModel):
    """A fault: the status, and as title one sentence that says what is wrong and what helps."""

    status: Annotated[int, Field(ge=400, le=599, examples=[404])]
    title: Annotated[str, Field(min_length=1, examples=["There is no silence 4711."])]


class Problem(Exception):
    """A fault of a request that is answered with its status, its sentence and its headers."""

    def __init__(self, code: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.headers = headers


def problem(code: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem with its sentence as title."""
    body: dict[str, Any] = {"status": code, "title": sentence}
    return JSONResponse(body, status_code=code, headers=headers, media_type=MEDIA_TYPE)


def unforeseen() -> JSONResponse:
    """The answer to what nobody foresaw; what it was stands in the log alone."""
    return problem(500, _OURS)


def title_of(answer: Response) -> str:
    """The sentence of a problem that was answered."""
    return str(json.loads(bytes(answer.body))["title"])


def of_problem(_: Request, error: Exception) -> JSONResponse:
    """What the rim of the API refuses."""
    assert isinstance(error, Problem)  # noqa: S101  registered for it alone
    return problem(error.code, str(error), error.headers)


def foreseen(_: Request, error: Exception) -> JSONResponse:
    """What Driftgate raises on purpose: its sentence was written to be read.

    Without a right of its own it is our fault and not the caller's.
    """
    if isinstance(error, NotFound):
        return problem(404, str(error))
    if isinstance(error, NoPermission):
        return problem(500, str(error))
    if isinstance(error, Throttled) and error.after is not None:
        return problem(503, str(error), {"Retry-After": str(max(1, round(error.after)))})
    retryable = isinstance(error, DriftgateError) and error.retryable
    return problem(503 if retryable else 400, str(error))


_NO_ROUTE = {
    404: "There is nothing at this path; GET /api/v1/openapi.json names every one.",
    405: "The path has no such method; GET /api/v1/openapi.json names those that it has.",
}


def of_http(_: Request, error: Exception) -> JSONResponse:
    """A path that is none, or a method that it does not have."""
    code = int(getattr(error, "status_code", 500))
    title = _NO_ROUTE.get(code, f"{HTTPStatus(code).phrase}.")
    return problem(code, title, getattr(error, "headers", None))
