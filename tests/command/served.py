"""The API on a true HTTP server of this process, behind a platform that looks at tokens."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn
from azure.core.credentials import AccessToken

from shared.bootstrap import Application
from shared.web.operations import api
from tests.integration.loopback.certificates import Certificates
from tests.web.fuzzed import UNLIMITED
from tests.web.platform import Platform, with_access


class Credential:
    """Gives the tokens that the stand-in of the platform knows: the name of a role."""

    def __init__(self, role: str = "administrator") -> None:
        self.role = role
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        return AccessToken(self.role, int(time.time()) + 3600)


class Answering:
    """An ASGI app that answers as told, the last answer again and again, and keeps what came."""

    def __init__(self, *answers: tuple[int, Any, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.came: list[tuple[str, str, dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        address = f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}".rstrip("?")
        self.came.append((scope["method"], address, headers, body))
        status, content, named = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            }
        )
        await send({"type": "http.response.body", "body": raw})


@contextmanager
def served(app: Any, certificates: Certificates | None = None) -> Iterator[str]:
    """The address of an ASGI app, with TLS where there is a certificate."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    tls: dict[str, Any] = (
        {}
        if certificates is None
        else {"ssl_keyfile": certificates.key, "ssl_certfile": certificates.certificate}
    )
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False, **tls)
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"{'http' if certificates is None else 'https'}://localhost:{port}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def platform_of(application: Application) -> Platform:
    """The API of an application, asked by whoever Entra ID signed in."""
    return Platform(api(with_access(application), UNLIMITED))
