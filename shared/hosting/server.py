"""The HTTP server: uvicorn on a socket that is bound before anything else begins."""

import errno
import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

from shared.errors import Refused

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

GRACE_SECONDS = 5
"""What is answered when it stops gets so long."""
_MOST_AT_ONCE = 200
"""Requests under way; one more is answered with 503."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises Refused where it cannot."""
    if not 0 <= port < 65536:
        raise Refused(
            f"--port {port} is none; give one from 1 to 65535, or 0 for any that is free."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except OSError as problem:
        raise Refused(_why_not(host, port, problem)) from problem
    # asyncio leaves this out where a socket does not name its protocol; then the body of an answer
    # waits for 40 ms until its headers are acknowledged.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _why_not(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken; end what listens there, or give another one: "
            f"--port {port + 1}."
        )
    if problem.errno == errno.EACCES:
        return f"Port {port} may not be listened at; give one above 1023: --port 7071."
    return f"--host {host[:80]} is no address of this machine; leave it out for 127.0.0.1."


class Server:
    """Serves an ASGI app from a thread of its own until it is stopped."""

    def __init__(self, app: "ASGIApp", listening: socket.socket) -> None:
        self._socket = listening
        self.ended = Event()
        self._thread = Thread(target=self._run, name="http", daemon=True)
        self._uvicorn = _server(app)

    def start(self) -> None:
        """Answer what comes; it is listened to already."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more, finish what is under way."""
        self._uvicorn.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(2 * GRACE_SECONDS)
        self._socket.close()

    def _run(self) -> None:
        try:
            self._uvicorn.run(sockets=[self._socket])
        finally:
            self.ended.set()


def _server(app: "ASGIApp") -> "uvicorn.Server":
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            # Who calls is what the socket says; a header can say anything.
            proxy_headers=False,
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
