"""`/console/said`: all that people have said and that stands, and what it holds back now."""

from fastapi.responses import Response

from shared.domain.roles import Role
from shared.service.people import acknowledgements, intents, overrides, silences
from shared.service.people.approvals_asked import approvals
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.console.sayings.standing import MOST_SHORT, listed, meant, standing
from shared.web.console.speaking import NO_SLIP
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()


@router.get("/said", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def said(here: Here, frame: Framed) -> Response:
    """What stands of each kind, the first few; each kind has a page with all."""
    now = frame.now
    found = {
        "silences": silences.silences(here.ledger, now),
        "acknowledgements": acknowledgements.acknowledgements(here.ledger, now),
        "intents": intents.intents(here.ledger, here.policies, now),
        "overrides": overrides.overrides(here.ledger, now),
    }
    asked = [
        one
        for one in approvals(here.ledger, here.policies, now)
        if one["standing"] in {"waits", "approved"}
    ]
    stands = {kind: standing(rows) for kind, rows in found.items()}
    return frame.page(
        "sayings/said.html.j2",
        Place.SAYINGS,
        lists={kind: listed(rows, 1, MOST_SHORT) for kind, rows in stands.items()},
        counts={kind: len(rows) for kind, rows in stands.items()},
        known={kind: len(rows) for kind, rows in found.items()},
        approvals=asked[:MOST_SHORT],
        more_approvals=max(0, len(asked) - MOST_SHORT),
        muted=silences.muted(here.ledger, now),
        meant=meant,
        slips=NO_SLIP,
    )
