"""`/console/promotions`: what is on its way, then what came of the others."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from fastapi.responses import Response

from shared.domain.promotion import Phase
from shared.domain.roles import Role
from shared.service.promotion_story import promotions_of
from shared.service.retrainings import standings
from shared.web.console.frame import Framed
from shared.web.console.navigation import Place
from shared.web.console.numbering import numbered, on_page
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind
from shared.web.promotion import words

router = pages()


@router.get("/promotions", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def promotions(
    here: Here,
    frame: Framed,
    show: Literal["all", "open"] = "all",
    find: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Open ones first, with what each lacks."""
    rows = promotions_of(here.ledger)
    wanted = find.casefold().strip()
    found = [
        row
        for row in rows
        if wanted in f"{row['model']}:{row['version']} {row['stage']}".casefold()
        and (show == "all" or row["open"])
    ]
    asked = {"show": show, "find": find}
    return frame.page(
        "promotions/promotions.html.j2",
        Place.PROMOTIONS,
        rows=on_page(found, page),
        known=len(rows),
        open=sum(row["open"] for row in rows),
        asked=asked,
        query=urlencode({name: value for name, value in asked.items() if value}),
        **numbered(len(found), page),
        phase=phase,
        stopped=[model for model, word in standings(here.ledger).items() if word == "stopped"],
    )


def phase(word: str) -> tuple[str, str]:
    """A phase as people say it, and the verdict whose colour it has.

    >>> phase("rolled_back")
    ('rolled back', 'fail')
    """
    known = Phase(word)
    return words.phase_word(known), words.phase_tone(known)
