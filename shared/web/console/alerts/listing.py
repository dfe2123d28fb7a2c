"""`/console/alerts`: what fires, the worst first, or all of the last month."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from shared.domain.roles import Role
from shared.service import queries
from shared.web.console.alerts.filtering import (
    Row,
    Wanted,
    in_order,
    known_by,
    model_of,
    served_by,
)
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
_Word = Annotated[str, Query(max_length=200)]


@router.get("/alerts", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def alerts(
    here: Here,
    frame: Framed,
    show: Literal["firing", "all"] = "firing",
    kind: _Word = "",
    severity: _Word = "",
    model: _Word = "",
    mine: Literal["", "yes"] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Those that are wanted, with who knows of them."""
    rows = queries.alerts(here.ledger, frame.now)
    served = served_by(here.policies)
    models = {
        str(row["fingerprint"]): model_of(row["subject"], row["labels"], served) for row in rows
    }
    wanted = Wanted(
        fires=show == "firing",
        kind=kind,
        severity=severity,
        model=model,
        owner=frame.caller.name or "" if mine else None,
    )
    found = in_order(row for row in rows if wanted.takes(row, models[row["fingerprint"]]))
    asked = {"show": show, "kind": kind, "severity": severity, "model": model, "mine": mine}
    return frame.page(
        "alerts/alerts.html.j2",
        Place.ALERTS,
        rows=on_page(found, page),
        firing=sum(row["status"] == "firing" for row in rows),
        known=len(rows),
        known_by=known_by,
        asked=asked,
        query=urlencode({name: value for name, value in asked.items() if value}),
        kinds=_each(rows, "kind"),
        severities=("critical", "warning", "info"),
        models=sorted(set(models.values()) - {""}),
        **numbered(len(found), page),
    )


def _each(rows: Sequence[Row], name: str) -> list[str]:
    return sorted({str(row[name]) for row in rows})
