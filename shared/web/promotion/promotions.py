"""Promotions over HTTP: what is on its way, and one of it told whole, as JSON or as a page."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.canonical import to_plain
from shared.domain.promotion import RunReference
from shared.domain.roles import Role
from shared.service.promotion_story import PromotionStory, promotions_of, story_of
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import Shown, answers
from shared.web.http.finite import JSONResponse
from shared.web.http.formats import PAGE_HEADERS, accepted, page_of
from shared.web.http.limits import USUAL_ROWS, Kind
from shared.web.http.paging import Cursor, Limit, Page, page
from shared.web.promotion.in_html import promotion_report
from shared.web.promotion.in_markdown import promotion_markdown

router = routes("promotions")
Stage = Annotated[
    str | None,
    Query(max_length=200, description="Of a version that came through several stages, which."),
]
IsOpen = Annotated[
    bool | None,
    Query(description="Those alone that are open, or that have ended: quick in a large fleet."),
]
Format = Annotated[
    Literal["html", "markdown"] | None,
    Query(description="Goes before what the caller accepts; a page where neither says so."),
]


class PromotionListed(Shown):
    """A promotion, and where it stands."""

    promotion: str
    model: str
    version: str
    stage: str
    phase: str
    open: bool
    begun: datetime | None
    since: datetime
    why: str
    missing: list[str]
    approved_by: list[str]
    run: RunReference | None


class Promotions(Page):
    """Promotions, open ones first."""

    promotions: list[PromotionListed]


class OnePromotion(Shown):
    """One promotion told whole."""

    promotion: PromotionStory


@router.get(
    "/promotions",
    operation_id="list_promotions",
    summary="Promotions of every model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Promotions),
)
def listed(
    here: Here,
    open: IsOpen = None,  # noqa: A002  the parameter's name
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = None,
) -> JSONResponse:
    """Open ones first, the last to change before the others."""
    return JSONResponse(_page(here, None, limit, cursor, is_open=open))


@router.get(
    "/promotions/{model}",
    operation_id="list_promotions_of_model",
    summary="Promotions of one model",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(Promotions),
)
def listed_of(
    here: Here, model: str, limit: Limit = USUAL_ROWS, cursor: Cursor = None
) -> JSONResponse:
    """The same of one model; none where nothing is known of it."""
    return JSONResponse(_page(here, model, limit, cursor))


@router.get(
    "/promotions/{model}/{version}",
    operation_id="get_promotion",
    summary="One promotion",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(OnePromotion, 404),
)
def told(here: Here, model: str, version: str, stage: Stage = None) -> JSONResponse:
    """Its judgement, approvals, rollout and every moment, with its chain of decisions checked."""
    return JSONResponse({"promotion": to_plain(_story(here, model, version, stage))})


@router.get(
    "/promotions/{model}/{version}/report",
    operation_id="get_promotion_report",
    summary="The report of one promotion",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(None, 404, html="text/html", markdown="text/markdown"),
    response_class=Response,
)
def report(
    here: Here,
    request: Request,
    model: str,
    version: str,
    stage: Stage = None,
    format: Format = None,  # noqa: A002  the parameter's name
) -> Response:
    """The same as a page, or as Markdown for a pipeline's summary."""
    wanted = format or _accepted(request)
    story = _story(here, model, version, stage)
    if wanted == "markdown":
        text = promotion_markdown(story)
        return Response(text, media_type="text/markdown", headers=PAGE_HEADERS)
    return page_of(promotion_report(story))


def _page(
    here: Application,
    model: str | None,
    limit: int,
    cursor: str | None,
    *,
    is_open: bool | None = None,
) -> dict[str, Any]:
    rows = promotions_of(here.ledger, model, is_open=is_open)
    return page("promotions", rows, limit, cursor, lambda row: str(row["promotion"]))


def _story(here: Application, model: str, version: str, stage: str | None) -> PromotionStory:
    return story_of(here.ledger, here.evidence, here.policies, model, version, stage)


def _accepted(request: Request) -> str:
    kinds = accepted(request)
    return "markdown" if "text/markdown" in kinds and "text/html" not in kinds else "html"
