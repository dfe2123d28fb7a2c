"""Style and scripts of the console, each under an address that changes with what it holds."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi.responses import Response

from shared.domain.roles import Role
from shared.errors import NotFound
from shared.web.http.admission import pages, requires

_FOLDER = Path(__file__).resolve().parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}

router = pages("/console/assets")


def address_of(name: str) -> str:
    """The address of a file of `static/`, as pages name it."""
    return f"/console/assets/{_known()[name][0]}/{name}"


@router.get("/{digest}/{name}", dependencies=[requires(Role.VIEWER)])
def asset(digest: str, name: str) -> Response:
    """One of them, to be kept by the browser for good."""
    known = _known().get(name)
    if known is None or known[0] != digest:
        raise NotFound("There is no such file; load the page again.")
    _, kind, content = known
    return Response(content, media_type=kind, headers=_FOREVER)


@cache
def _known() -> dict[str, tuple[str, str, bytes]]:
    """Each file by its name: its address's part, its type and its content."""
    return {
        path.name: (sha256(content).hexdigest()[:12], _KINDS[path.suffix], content)
        for path in sorted(_FOLDER.iterdir())
        if path.suffix in _KINDS
        for content in [path.read_bytes()]
    }
