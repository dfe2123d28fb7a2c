"""Around every request of the API: the body's size, the time it may take, the headers it gets."""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from starlette.datastructures import MutableHeaders

from shared.web.http.limits import MOST_BYTES, SECONDS
from shared.web.http.problems import problem, unforeseen

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("driftgate.api")
_KEYS = frozenset({"code", "clientId"})
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Rim:
    """Reads the body up to its limit, waits so long for an answer, and answers in any case."""

    def __init__(self, app: "ASGIApp", seconds: float = SECONDS) -> None:
        """`seconds` are those that a request may take."""
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        body = await _body(scope, receive)
        if body is None:
            sentence = f"The body is over the limit of {MOST_BYTES} bytes; say it shorter."
            await problem(413, sentence)(scope, receive, answer)
            return
        serving = asyncio.create_task(self._serve(scope, _again(body, receive), answer))
        done, _ = await asyncio.wait({serving}, timeout=self._seconds)
        if done:
            await serving
            return
        # A thread cannot be stopped: what it still does is done, and its answer is dropped.
        late = answer.closed()
        _LOG.warning("%s %s took over %s s.", scope["method"], scope["path"], self._seconds)
        if late is not None:
            sentence = f"This took over {self._seconds:g} s; ask for less, or try again."
            await problem(504, sentence)(scope, receive, late)

    async def _serve(self, scope: "Scope", receive: "Receive", answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception:  # noqa: BLE001  logged whole; the caller gets a problem in any case
            _LOG.exception("%s %s failed.", scope["method"], scope["path"])
            if not answer.begun:
                await unforeseen()(scope, receive, answer)


class Keyless:
    """Takes the host's key out of the query before anything, a tracer say, writes that down."""

    def __init__(self, app: "ASGIApp") -> None:
        """The host has looked at the key already; the API has no use for it."""
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Hand the request on without it."""
        if scope["type"] == "http":
            parts = scope.get("query_string", b"").split(b"&")
            kept = [one for one in parts if unquote_plus(_name(one)) not in _KEYS]
            scope = {**scope, "query_string": b"&".join(kept)}
        await self._app(scope, receive, send)


def _name(part: bytes) -> str:
    return part.partition(b"=")[0].decode("latin-1")


class _Answer:
    """Sends an answer with the headers that each has; nothing any more once it is closed."""

    def __init__(self, send: "Send") -> None:
        self._send = send
        self._open = True
        self.begun = False

    async def __call__(self, message: "Message") -> None:
        if not self._open:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    def closed(self) -> "_Answer | None":
        """Take the answer away from who was to give it: a new one, None when it had begun."""
        self._open = False
        return None if self.begun else _Answer(self._send)


async def _body(scope: MutableMapping[str, Any], receive: "Receive") -> bytes | None:
    """The whole body; None when it is over the limit, which is known before it is read whole."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if length.isdigit() and int(length) > MOST_BYTES:
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def _again(body: bytes, receive: "Receive") -> "Receive":
    """The body as one message, then whatever comes after it."""
    given = False

    async def once() -> "Message":
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
