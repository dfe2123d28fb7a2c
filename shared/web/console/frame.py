"""The frame that every page stands in: who looks at it and when, and what they just said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from shared.bootstrap import Application
from shared.domain.roles import Role, allows
from shared.web.console.navigation import Place
from shared.web.console.said import sentence_of
from shared.web.console.templating import shown
from shared.web.http.callers import Caller

PREFIX = "/console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds every page: who looks at it and when, and what they have just said.

    `path` is the page's own address, from which it is fetched again to stay up to date.
    """

    here: Application
    caller: Caller
    path: str
    now: datetime
    said: str | None

    def may(self, role: Role) -> bool:
        """Whether who looks at it holds the role."""
        return allows(self.caller.roles, role)

    def page(self, template: str, place: Place, *, live: bool = True, **values: Any) -> Response:
        """The page of a template, under one of the places of the navigation.

        A page that is not `live` stays as it is until somebody loads it again.
        """
        return shown(template, frame=self, place=place, live=live, **values)


def _frame(
    request: Request,
    said: Annotated[str | None, Query(max_length=40)] = None,
) -> Frame:
    here: Application = request.app.state.application
    query = "&".join(
        part for part in request.url.query.split("&") if part and not part.startswith("said=")
    )
    return Frame(
        here=here,
        caller=request.state.caller,
        path=request.url.path + (f"?{query}" if query else ""),
        now=here.clock(),
        said=sentence_of(said),
    )


Framed = Annotated[Frame, Depends(_frame)]
"""The frame of a page, as an argument of its route."""


def back_to(path: str, said: str, values: Mapping[str, str] | None = None) -> Response:
    """After something was said: to a page that says so, which may be loaded again without harm."""
    from urllib.parse import urlencode

    query = urlencode({**(values or {}), "said": said})
    return RedirectResponse(f"{path}?{query}", status_code=303)
