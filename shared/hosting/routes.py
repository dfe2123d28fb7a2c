"""All that is served by HTTP: the API, the console and the doors for machines, as one ASGI app."""

from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from shared.access_settings import Access
from shared.errors import DriftgateError
from shared.hook_settings import HookRule
from shared.hosting.event_grid import EVENT_GRID
from shared.service.intake import MOST_BYTES
from shared.web.doors import DOORS, Call, Door
from shared.web.http.callers import NOT_THIS_MACHINE, THIS_MACHINE
from shared.web.http.problems import foreseen, problem
from shared.web.operations import served

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from shared.bootstrap import Application

CONSOLE = "/console"


def app(application: "Application") -> "ASGIApp":
    """The doors where the Functions host has them; everything else is the API's and console's."""
    doors = (*DOORS, EVENT_GRID)
    routes = [
        *(_route(door, application) for door in doors),
        Route(f"/{EVENT_GRID.route}", _abuse_protection, methods=["OPTIONS"]),
        Route("/", _begin, methods=["GET"]),
        Mount("/", app=served(application)),
    ]
    asks = application.settings.hooks is not None and (
        application.settings.hooks.rule is HookRule.SECRET
    )
    known = frozenset(f"/{door.route}" for door in doors if door.secret and asks)
    hosted = Starlette(routes=routes, exception_handlers={DriftgateError: foreseen})
    return ThisMachine(hosted, application.settings.access.mode, known)


class ThisMachine:
    """Where access is open, nobody else is answered: by what the socket says, not the caller.

    Doors whose calls show a secret are open to all; Azure calls them from outside.
    """

    def __init__(self, inner: "ASGIApp", mode: Access, known: frozenset[str]) -> None:
        self._inner = inner
        self._open = mode is Access.OPEN
        self._known = known

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request, or refuse it."""
        if (
            scope["type"] == "http"
            and self._open
            and scope["path"] not in self._known
            and not _from_here(scope)
        ):
            await problem(403, NOT_THIS_MACHINE)(scope, receive, send)
            return
        await self._inner(scope, receive, send)


def _from_here(scope: "Scope") -> bool:
    """By the peer's address; and by the name it asks for, which a page of another site gives away.

    Such a page can have its own name lead to this machine, and be let in by the browser then.
    """
    try:
        peer = ip_address((scope.get("client") or ("",))[0])
        mapped = getattr(peer, "ipv4_mapped", None)
        return (mapped or peer).is_loopback and Request(scope).url.hostname in THIS_MACHINE
    except ValueError:
        return False


def _route(door: Door, application: "Application") -> Route:
    async def answer(request: Request) -> Response:
        call = Call(
            headers=request.headers,
            query=request.query_params,
            path=request.path_params,
            body=await _body(request),
        )
        answered = await run_in_threadpool(door.answer, application, call)
        return Response(
            answered.body,
            status_code=answered.status,
            headers=dict(answered.headers),
            media_type=answered.kind,
        )

    return Route(f"/{door.route}", answer, methods=list(door.methods))


async def _body(request: Request) -> bytes:
    """As much of it as tells that it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            break
    return body


async def _abuse_protection(request: Request) -> Response:
    """The handshake of CloudEvents: whoever asks may send here."""
    origin = request.headers.get("WebHook-Request-Origin", "")
    if not origin:
        return problem(400, "WebHook-Request-Origin is missing; say who asks.")
    return Response(headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"})


async def _begin(_: Request) -> Response:
    """Whoever types the bare address wants the console."""
    return RedirectResponse(CONSOLE, status_code=307)
