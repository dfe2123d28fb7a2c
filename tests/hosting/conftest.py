"""A host on a home of its own: real threads, a real server on a port that is free."""

import http.client
import json
from contextlib import closing
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

import pytest

from shared.bootstrap import build
from shared.hosting.bells import Listened
from shared.hosting.happening import Happening
from shared.hosting.host import Host
from shared.hosting.server import bound

LONGEST_SECONDS = 20
"""What has not come by then never will: only a test that fails waits so long."""


@dataclass
class Told:
    """What was told, and a way to wait for it."""

    happenings: list[Happening] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    def __call__(self, happening: Happening) -> None:
        with self.changed:
            self.happenings.append(happening)
            self.changed.notify_all()

    def wait(self, what: str, name: str = "") -> Happening:
        def found() -> Happening | None:
            return next(
                (one for one in self.happenings if one.what == what and name in {"", one.name}),
                None,
            )

        with self.changed:
            one = self.changed.wait_for(found, LONGEST_SECONDS)
        assert one is not None, f"no {what} {name} among {self.happenings}"
        return one

    def of(self, what: str) -> list[str]:
        return [one.name for one in self.happenings if one.what == what]


@pytest.fixture
def told() -> Told:
    return Told()


@dataclass
class Running:
    """A host that runs, and questions to it over HTTP."""

    host: Host
    port: int
    told: Told

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named = {"Content-Type": "application/json", **named}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as asked:
            asked.request(method, path, body, named)
            answer = asked.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text

    def decided(self, subject: str, kind: str) -> dict[str, Any]:
        """A decision seen over the API, waited for by the bell of the consumers."""
        heard = self.host.worked.rung
        while True:
            _, answer = self.ask("GET", f"/api/v1/decisions?subject={subject}")
            for one in answer["decisions"]:
                if one["event"]["type"].endswith(f".{kind}"):
                    return dict(one)
            rung = self.host.worked.wait(heard, LONGEST_SECONDS)
            assert rung != heard, f"no {kind} was decided of {subject}"
            heard = rung


@pytest.fixture
def running(scene, told):
    """A host on the scene's world, which is stopped at the end however the test goes."""
    listened = Listened()
    application = build(scene.application.settings, clock=scene.clock, around=listened.around)
    with bound("127.0.0.1", 0) as listening:
        host = Host(application, listened, listening, told)
        host.start()
        try:
            yield Running(host=host, port=listening.getsockname()[1], told=told)
        finally:
            assert host.stop()
