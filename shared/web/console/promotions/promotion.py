"""`/console/promotions/MODEL/VERSION`: its gates, what it lacks, who approved, its traffic.

Here gates are let pass, which is what stands beside those that do not.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.people import overrides as service
from shared.service.people.approvals_asked import approvals
from shared.service.promotion_story import story_of
from shared.web.console.forms import Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.promotions.passable import passable
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind
from shared.web.promotion.in_html import values_of

router = pages()
_DECISIONS = "/console/explain/event/"
_Stage = Annotated[str | None, Query(max_length=200)]


@router.get("/promotions/{model}/{version}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def promotion(
    here: Here, frame: Framed, model: str, version: str, stage: _Stage = None
) -> Response:
    """One promotion whole: the last of the version, or that through a stage."""
    return promotion_page(here, frame, model, version, stage, NO_SLIP)


@router.post("/promotions/{model}/{version}/override", dependencies=[requires(Role.APPROVER)])
def override(here: Here, frame: Framed, model: str, version: str, form: Form) -> Response:
    """Gates that do not pass are let pass, for this version, for a while."""
    try:
        service.declare(
            here.service,
            here.ledger,
            model,
            version,
            gates=form.texts("gates"),
            until=form.needed("until", "Until when"),
            **signed(frame, form),
        )
    except InvalidData as fault:
        return promotion_page(here, frame, model, version, None, Slip.made(frame, form, fault))
    return back_to(path_of(model, version), "overridden")


@router.post(
    "/promotions/{model}/{version}/overrides/{override_id}/withdraw",
    dependencies=[requires(Role.APPROVER)],
)
def withdraw(
    here: Here, frame: Framed, model: str, version: str, override_id: str, form: Form
) -> Response:
    """One of them is taken back."""
    try:
        service.withdraw(here.service, here.ledger, model, override_id, **signed(frame, form))
    except (InvalidData, NotFound) as fault:
        return promotion_page(here, frame, model, version, None, Slip.made(frame, form, fault))
    return back_to(path_of(model, version), "override-withdrawn")


def promotion_page(
    here: Application,
    frame: Frame,
    model: str,
    version: str,
    stage: str | None,
    slips: Slip,
) -> Response:
    """The page, with what is wrong in one of its forms. Raises NotFound for no such version."""
    story = story_of(here.ledger, here.evidence, here.policies, model, version, stage)
    given = service.overrides(here.ledger, frame.now, model)
    path = path_of(model, version)
    asked = approvals(here.ledger, here.policies, frame.now, model)
    return frame.page(
        "promotions/promotion.html.j2",
        Place.PROMOTIONS,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        **values_of(story),
        path=path,
        decisions_at=_DECISIONS,
        passable=passable(story),
        standing=[
            one for one in given if one["version"] == version and one["standing"] == "in force"
        ],
        asking=next((one for one in asked if one["id"] == story.identity), None),
        slips=slips,
        chosen=slips.of(f"{path}/override").all.get("gates", ()),
    )


def path_of(model: str, version: str) -> str:
    """Where it is."""
    return f"/console/promotions/{quote(model, safe='')}/{quote(version, safe='')}"
