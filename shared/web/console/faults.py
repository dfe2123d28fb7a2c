"""Faults as pages, where a person asked for a page: the same status and the same sentence."""

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from shared.web.console.frame import PREFIX
from shared.web.console.templating import shown
from shared.web.http.problems import title_of

Handler = Callable[[Request, Exception], Response]
_TITLES = {
    400: "That cannot be meant",
    401: "Nobody is signed in",
    403: "Not for you",
    404: "There is no such thing",
    405: "That cannot be done here",
    413: "Too much",
    415: "That is no form of these pages",
    429: "Too often",
    503: "Something does not answer",
}
_NO_PAGE = "There is nothing at this address; the navigation leads to all that there is."


def as_page(handler: Handler) -> Handler:
    """A handler that answers as `handler` does, under /console as a page."""

    def handle(request: Request, error: Exception) -> Response:
        answer = handler(request, error)
        path = request.url.path
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            return answer
        code = answer.status_code
        page = shown(
            "fault.html.j2",
            code=code,
            status=code,
            heading=_TITLES.get(code, "Driftgate failed at this"),
            sentence=_NO_PAGE if isinstance(error, HTTPException) else title_of(answer),
            caller=getattr(request.state, "known_as", None),
        )
        for name in ("retry-after", "www-authenticate"):
            if name in answer.headers:
                page.headers[name] = answer.headers[name]
        return page

    return handle
