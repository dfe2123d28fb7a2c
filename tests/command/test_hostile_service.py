"""A service that is not what it says: no answer of it is obeyed, and none ends in a traceback."""

import gzip
import json
import re
from typing import Any

import pytest

from shared.cli.reach import answers, deployed
from shared.cli.reach.deployed import Deployed
from shared.cli.reach.signing import Signing
from shared.cli.reach.table import ALIASES, REACHES
from shared.errors import Refused, TimedOut
from shared.web.operations import api
from tests.command.served import Answering, served
from tests.command.test_endings import MEANT
from tests.web.fuzzed import KNOWN, UNLIMITED, told

EVIL = "\x1b]0;owned\x07\x9b2J\x1b[31m\u202e[bold]\r"
"""Renames the window, clears it, colours and turns what follows, and goes back in the line."""
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FREE = frozenset(
    {"title", "text", "first_step", "reason", "sentence", "author", "why", "owner", "because"}
    | {"what", "note", "name", "by", "person", "withdrawn_because", "url", "description", "model"}
    | {"version", "stage", "thing", "subject", "deployment", "endpoint", "rule", "step", "told"}
)
SHAPES: dict[str, Any] = {
    "nothing": {},
    "lists": [],
    "numbers": dict.fromkeys(("alerts", "status", "events", "promotions", "replays"), (7,)),
    "odd rows": dict.fromkeys(("alerts", "status", "events", "approvals"), ({},)),
    "texts": dict.fromkeys(("alerts", "status", "events", "decision", "gate"), "x"),
    "deep": json.loads("[" * 400 + "]" * 400),
}


def poisoned(value: Any, key: str = "") -> Any:
    """The same with a hostile end to each text that is free."""
    if isinstance(value, dict):
        return {name: poisoned(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    return f"{value}{EVIL}" if isinstance(value, str) and key in FREE else value


class Poisoned:
    """In front of the API: whatever text it answers with is hostile."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        parts: list[bytes] = []
        start: dict[str, Any] = {}

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = self._changed(b"".join(parts))
                headers = [one for one in start["headers"] if one[0] != b"content-length"]
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, keep)

    def _changed(self, body: bytes) -> bytes:
        try:
            return json.dumps(poisoned(json.loads(body))).encode()
        except ValueError:
            return body + EVIL.encode()


def words(command: str, alert: str = "0f0f") -> list[str]:
    """A command in words that can be meant; where it names an alert, this one."""
    return [alert if one == "0f0f" else str(one) for one in MEANT[command]]


COMMANDS = sorted(one for one in REACHES if one in MEANT and one not in ALIASES)


def test_no_text_of_a_service_is_obeyed_by_the_terminal(run, scene):
    app = Poisoned(api(told(scene).application, UNLIMITED))
    with served(app) as url:
        for command in COMMANDS:
            for more in ([], ["--json"]):
                done = run(
                    *command.split(), *words(command, KNOWN["fingerprint"][0]), *more, "--url", url
                )

                assert done.returncode in range(5), (command, done)
                assert "Traceback" not in done.stderr, command
                for text in (done.stdout, done.stderr):
                    assert not OBEYED.search(text), (command, more, OBEYED.search(text))


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("command", COMMANDS)
def test_an_answer_of_another_shape_is_one_sentence_or_nothing(run, command, shape):
    with served(Answering((200, SHAPES[shape], {}))) as url:
        done = run(*command.split(), *words(command), "--url", url)

    assert done.returncode in range(5)
    assert done.stderr.count("\n") <= 1, done.stderr


def test_an_answer_is_read_up_to_its_limit_whether_it_is_sent_or_packed(monkeypatch):
    monkeypatch.setattr(answers, "MOST_BYTES", 100_000)
    packed = gzip.compress(b" " * 10_000_000)
    assert len(packed) < 100_000
    for content, named in ((b" " * 100_001, {}), (packed, {"content-encoding": "gzip"})):
        with served(Answering((200, content, named))) as url, pytest.raises(Refused) as told_so:
            Deployed(url, Signing()).get("alerts")

        assert "answers with over 100000 bytes; ask for less." in str(told_so.value)


def test_an_answer_that_never_comes_to_its_end_is_given_up(monkeypatch):
    monkeypatch.setattr(answers, "MOST_SECONDS", -1.0)
    with served(Answering((200, {}, {}))) as url, pytest.raises(TimedOut, match="was not done"):
        Deployed(url, Signing()).get("alerts")


def test_a_list_without_an_end_is_given_up(monkeypatch):
    monkeypatch.setattr(deployed, "_MOST_PAGES", 3)
    app = Answering((200, {"alerts": [{}], "next": "again"}, {}))
    with served(app) as url, pytest.raises(Refused, match="has no end of alerts; ask for fewer"):
        Deployed(url, Signing()).rows("alerts", "alerts")

    assert len(app.came) == 3


def test_nobody_is_followed_elsewhere_with_a_key():
    elsewhere = Answering((200, {}, {}))
    with served(elsewhere) as other:
        app = Answering((307, b"", {"location": f"{other}/api/v1/alerts"}))
        with served(app) as url, pytest.raises(Refused, match=r"sends elsewhere \(307\)"):
            Deployed(url, Signing(key="a-key")).get("alerts")

    assert (len(app.came), elsewhere.came) == (1, [])
