"""Who is answered while access is open: by what the socket says of the caller."""

import asyncio
from dataclasses import replace

import pytest

from shared.hook_settings import HookRule, HookSettings
from shared.hosting.routes import app
from shared.service.hooks import Hooks

SECRET = "the-secret-of-the-hooks-0123456789"  # noqa: S105  a test's own


def status(asgi, path, *, peer, host="localhost", method="GET", **headers):
    """The status that an ASGI app answers to a request of a peer."""
    named = {"host": host, "content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": None if peer is None else (peer, 50_000),
        "server": ("127.0.0.1", 7071),
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(asgi(scope, receive, send))
    return sent[0]["status"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_answered(scene, peer):
    assert status(app(scene.application), "/api/v1/health", peer=peer) == 200


@pytest.mark.parametrize("peer", ["10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "elsewhere", None])
@pytest.mark.parametrize("path", ["/api/v1/health", "/api/gate/m/1", "/api/devops/hooks", "/"])
def test_another_machine_is_not_whatever_name_it_asks_for(scene, peer, path):
    assert status(app(scene.application), path, peer=peer) == 403


@pytest.mark.parametrize(
    ("path", "shown", "answer"),
    [
        ("/api/devops/hooks", SECRET, 202),
        ("/api/devops/hooks", "another", 401),
        ("/api/azure/alerts", SECRET, 202),
        ("/runtime/webhooks/EventGrid", SECRET, 202),
        ("/api/gate/m/1", SECRET, 403),
        ("/api/v1/health", SECRET, 403),
    ],
)
def test_a_hook_that_shows_its_secret_may_come_from_anywhere(scene, path, shown, answer):
    hooks = HookSettings(rule=HookRule.SECRET, secrets=(SECRET,))
    guarded = scene.application
    doors = Hooks(hooks, guarded.service, guarded.adapters.telemetry, guarded.clock)
    guarded = replace(guarded, settings=replace(guarded.settings, hooks=hooks), hooks=doors)
    asked = {"peer": "203.0.113.9", "host": "gate.example.com", "method": "POST"}

    assert status(app(guarded), path, **asked, **{"x-driftgate-secret": shown}) == answer
