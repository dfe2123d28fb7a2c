"""Verifying over HTTP: is one subject's chain still what was committed."""

from dataclasses import dataclass
from typing import Any

from shared.domain.roles import Role
from shared.service.verifying import verify
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import EXACT, Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import Kind

router = routes("verifying")
_MOST_BREAKS = 200


@dataclass(frozen=True, kw_only=True)
class BreakRow:
    """One thing that is not as it was committed; version 0 is the state or the whole."""

    __pydantic_config__ = EXACT

    fault: str
    version: int
    sentence: str


class VerifiedChain(Shown):
    """A chain walked from end to end: how many links, where it ends, the first breaks in it."""

    subject: str
    intact: bool
    links: int
    version: int
    head: str
    breaks: list[BreakRow]


@router.get(
    "/verify/{subject:path}",
    operation_id="verify",
    summary="Hash the decisions of one subject again",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(VerifiedChain, 400, 404),
)
def chain(here: Here, subject: str) -> JSONResponse:
    """Every link, the inbox and the state; evidence and decisions made again are the command's."""
    found = verify(here.ledger, here.evidence, here.clock(), subject)
    version, head = found.heads.heads.get(subject, (0, ""))
    told: dict[str, Any] = {
        "subject": subject,
        "intact": not found.breaks,
        "links": found.links,
        "version": version,
        "head": head,
        "breaks": [
            {"fault": one.fault.value, "version": one.version, "sentence": one.sentence}
            for one in found.breaks[:_MOST_BREAKS]
        ],
    }
    return JSONResponse(told)
