"""In which form a caller wants an answer: as the address says, before what they accept."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Vary": "Accept",
}
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def accepted(request: Request) -> list[str]:
    """The media types that the caller accepts, without their weights."""
    return [
        kind.partition(";")[0].strip().lower()
        for kind in request.headers.get("accept", "").split(",")
    ]


def accepts_page(request: Request) -> bool:
    """Whether the caller is a browser, by what it accepts."""
    return not _PAGES.isdisjoint(accepted(request))


def page_of(html: str) -> Response:
    """A page for people, which may run nothing and load nothing."""
    return HTMLResponse(html, headers=PAGE_HEADERS)
