"""`/console/models`: every model, and the whole picture of one."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from shared.domain.roles import Role
from shared.service.overview.model_picture import model_picture
from shared.service.overview.watched import ABOUT_ZERO, model_row, watched_models
from shared.web.console.frame import Framed
from shared.web.console.histories.kinds import Narrowed
from shared.web.console.histories.spans import Back, looked_back
from shared.web.console.models.headline import headline
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages("/console/models")
_SEVERE = {"critical": 0, "warning": 1}
MOST_ALERTS = 20
MOST_VERSIONS = 30


@router.get("", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def models(
    here: Here,
    frame: Framed,
    find: Annotated[str | None, Query(max_length=200)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every model with what serves, its last verdicts and what fires."""
    wanted = (find or "").casefold().strip()
    known = watched_models(here.ledger, here.policies)
    found = [one for one in known if wanted in one.name.casefold()]
    rows = [(one, model_row(here.ledger, here.policies, one.name)) for one in on_page(found, page)]
    return frame.page(
        "models/models.html.j2",
        Place.MODELS,
        rows=rows,
        about_zero=ABOUT_ZERO,
        known=len(known),
        firing=sum(one.firing > 0 for one in known),
        find=find or "",
        **numbered(len(found), page),
    )


@router.get("/{name:path}", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def model(
    here: Here,
    frame: Framed,
    name: str,
    back: Back = Back.MONTH,
    kind: Narrowed = Narrowed.ALL,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """How it stands, what to do, and everything that was decided of it."""
    picture = model_picture(here.ledger, here.policies, name, frame.now)
    firing = sorted(
        (alert for alert in picture.alerts if alert["status"] == "firing"),
        key=lambda alert: (_SEVERE.get(alert["severity"], 2), str(alert["since"])),
    )
    subjects = [f"model/{name}", *(f"endpoint/{one}" for one in picture.endpoints)]
    looked = looked_back(here.ledger, [*subjects, f"retraining/{name}"], back, frame.now)
    return frame.page(
        "models/model.html.j2",
        Place.MODELS,
        name=name,
        picture=picture,
        headline=headline(picture),
        firing=firing[:MOST_ALERTS],
        more_firing=len(firing) - MOST_ALERTS,
        over=[alert for alert in picture.alerts if alert["status"] != "firing"],
        versions=picture.versions[:MOST_VERSIONS],
        more_versions=len(picture.versions) - MOST_VERSIONS,
        looked=looked,
        backs=tuple(Back),
        kept=urlencode({} if kind is Narrowed.ALL else {"kind": kind.value}),
        timeline=urlencode(
            {"model": name, "back": back.value, "kind": kind.value, "page": str(page)}
        ),
        asked=urlencode({"model": name, "back": back.value}),
        traffic=[
            (one, urlencode({"endpoint": one, "back": back.value})) for one in picture.endpoints
        ],
        policy=None if picture.policy is None else _spelled(picture.policy),
    )


def _spelled(policy: Mapping[str, Any]) -> str:
    """A policy as its file could say it, in the order of its keys."""
    import yaml

    text: str = yaml.safe_dump(
        dict(policy), sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return text
