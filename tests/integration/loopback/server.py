"""A TLS server on loopback that answers as the services of Azure do, route by route.

A route is known by its method and path; what nobody described is answered with 404 and fails the
test when it ends. Every request is kept in the order it came.
"""

import json
import re
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integration.loopback.certificates import Certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent; `query` keys are lower case, `parts` are the named parts of the path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON, None when it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service says: plain values become JSON, bytes go out as they are.

    `hang_up` closes the connection without a word.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False

    def content(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


def refusal(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error in the form of Azure Resource Manager and Log Analytics."""
    return Answer(
        status=status,
        body={"error": {"code": code, "message": message}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


Handler = Callable[[Request], Answer]


class Router:
    """Routes, scripted faults, and the log of one test."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._scripts: list[tuple[str, re.Pattern[str], deque[Answer]]] = []
        self._lock = Lock()
        self.log: list[Request] = []
        self.unknown: list[str] = []

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Serve a route; `{name}` in the template is one part of the path, `{name:path}` the rest.

        The last route that fits wins, so that a test can replace one.
        """
        self._routes.append((method, _pattern(template), handler))

    def fail_next(self, method: str, template: str, *answers: Answer) -> None:
        """Give these answers first, one a request, before the route itself answers."""
        self._scripts.append((method, _pattern(template), deque(answers)))

    def requests(self, method: str, template: str) -> list[Request]:
        """What came on a route, in order."""
        pattern = _pattern(template)
        return [r for r in self.log if r.method == method and pattern.fullmatch(r.path)]

    def answer(self, request: Request) -> Answer:
        """Keep the request and find who answers it."""
        with self._lock:
            self.log.append(request)
            for method, pattern, answers in self._scripts:
                if answers and method == request.method and pattern.fullmatch(request.path):
                    return answers.popleft()
            for method, pattern, handler in reversed(self._routes):
                match = pattern.fullmatch(request.path)
                if match is not None and method == request.method:
                    parts = {name: unquote(part) for name, part in match.groupdict().items()}
                    return handler(
                        Request(
                            method=request.method,
                            path=request.path,
                            query=request.query,
                            headers=request.headers,
                            body=request.body,
                            parts=parts,
                        )
                    )
            self.unknown.append(f"{request.method} {request.path} {dict(request.query)}")
        return refusal(404, "UnknownRoute", f"Nobody serves {request.method} {request.path}.")


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.sub(r"([.$:()+*?^|])", r"\\\1", template)
    with_rest = re.sub(r"{(\w+)\\:path}", r"(?P<\1>.+)", escaped)
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", with_rest), re.IGNORECASE)


class LoopbackServer:
    """Runs in a thread of its own until `close`; `router` may be replaced from test to test."""

    def __init__(self, certificates: Certificates) -> None:
        self.router = Router()
        self.certificates = certificates
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"https://localhost:{self._server.server_port}"

    def close(self) -> None:
        """Stop and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 30

            def handle(self) -> None:
                """A client may go away whenever it likes."""
                with suppress(ConnectionError, ssl.SSLError):
                    super().handle()

            def _serve(self) -> None:
                split = urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                query = {k.lower(): v[-1] for k, v in parse_qs(split.query).items()}
                request = Request(
                    method=self.command,
                    path=split.path,
                    query=query,
                    headers={k.lower(): v for k, v in self.headers.items()},
                    body=self.rfile.read(size),
                )
                answer = server.router.answer(request)
                if answer.hang_up:
                    self.close_connection = True
                    return
                content = answer.content()
                headers = {"Content-Type": "application/json", **answer.headers}
                self.send_response_only(answer.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                """The router keeps its own log."""

        return Handler
