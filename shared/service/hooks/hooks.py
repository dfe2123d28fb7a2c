"""The hooks of Azure DevOps and of Azure Monitor: each call is let in, or told in one sentence.

What is answered to a call that comes too often is what its sender tries again: Azure DevOps does
after 503 and puts a subscription on probation after 429; an action group does after either.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from shared.errors import DriftgateError, Refused
from shared.hook_settings import HookRule, HookSettings
from shared.ports import Clock, Telemetry
from shared.service.hooks.answers import HookAnswer, kept, refused, unknown_caller
from shared.service.hooks.bucket import Bucket
from shared.service.hooks.contents import refused_contents
from shared.service.hooks.secrets import HookSecrets
from shared.service.service import Receipt, Service

_LOG = logging.getLogger("driftgate.hooks")
_RATE = 20.0
_BURST = 200
_SAID_EVERY = timedelta(minutes=1)
_AGAIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    busy: int
    bucket: Bucket


class Hooks:
    """The doors of one process; `rate` calls a second pass each, `burst` at once."""

    def __init__(
        self,
        settings: HookSettings,
        service: Service,
        telemetry: Telemetry,
        clock: Clock,
        *,
        rate: float = _RATE,
        burst: int = _BURST,
    ) -> None:
        self._settings = settings
        self._service = service
        self._telemetry = telemetry
        self._clock = clock
        self._secrets = HookSecrets(settings.secrets)
        self._doors = {
            via: _Door(busy=busy, bucket=Bucket(rate=rate, burst=burst))
            for via, busy in {
                "azure-devops": 503,
                "azure-monitor": 429,
                "event-grid": 503,
                "environment-check": 503,
            }.items()
        }
        self._said = _Said()

    def take(self, headers: Mapping[str, str], body: bytes, *, via: str) -> HookAnswer:
        """Answer 202 once every envelope of the call is kept, refused ones too.

        Nothing is raised for what was foreseen: what could not be kept is answered with 503, after
        which it comes again.
        """
        answer = self._refusal(headers, body, via)
        if answer is None:
            answer = self._kept(body, via)
        self._tell(answer, via)
        return answer

    def ask(self, question: Callable[[], None], *, via: str) -> HookAnswer:
        """Let a check wait that is known by the token it carries, not by a secret.

        The token is shown to the platform before anything is decided, so here it is only counted.
        """
        answer = self._too_often(via) or self._asked(question, via)
        self._tell(answer, via)
        return answer

    def _refusal(self, headers: Mapping[str, str], body: bytes, via: str) -> HookAnswer | None:
        if self._settings.fault is not None:
            return refused(503, "closed", "This hook is not set up.", after=_AGAIN)
        if self._settings.rule is HookRule.SECRET and not self._secrets.know(headers):
            return unknown_caller()
        return refused_contents(headers, len(body)) or self._too_often(via)

    def _too_often(self, via: str) -> HookAnswer | None:
        door = self._doors[via]
        wait = door.bucket.take(self._clock())
        if not wait:
            return None
        return refused(door.busy, "rate", "Too many calls; come again later.", after=wait)

    def _kept(self, body: bytes, via: str) -> HookAnswer:
        try:
            receipts = self._service.receive(body, via=via)
        except DriftgateError as problem:
            _LOG.error("a call of the hook %s could not be kept: %s", via, problem)
            return refused(503, "unavailable", "It could not be kept; come again.", after=_AGAIN)
        return kept([_shown(receipt) for receipt in receipts])

    def _asked(self, question: Callable[[], None], via: str) -> HookAnswer:
        try:
            question()
        except Refused as problem:
            return HookAnswer(status=400, body=str(problem), why="call", kind="text/plain")
        except DriftgateError as problem:
            _LOG.error("a call of the hook %s could not be kept: %s", via, problem)
            return refused(503, "unavailable", "It could not be kept; come again.", after=_AGAIN)
        return HookAnswer(status=200, body='{"status": "waiting"}')

    def _tell(self, answer: HookAnswer, via: str) -> None:
        """A refusal is counted, and logged once a minute; never what the call showed."""
        if answer.why is None:
            return
        self._telemetry.count("hooks.refused", hook=via, why=answer.why)
        times = self._said.times(f"{via} {answer.why}", self._clock())
        if times:
            reason = self._settings.fault if answer.why == "closed" else answer.why
            _LOG.warning("the hook %s refused %d calls: %s", via, times, reason)


class _Said:
    """How often something happened since it was last said; few words, so little to remember."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._last: dict[str, datetime] = {}
        self._lock = Lock()

    def times(self, what: str, now: datetime) -> int:
        """How often, where it is to be said now; else 0."""
        with self._lock:
            self._times[what] = self._times.get(what, 0) + 1
            last = self._last.get(what)
            if last is not None and now - last < _SAID_EVERY:
                return 0
            self._last[what] = now
            return self._times.pop(what)


def _shown(receipt: Receipt) -> dict[str, str | None]:
    return {"key": receipt.key, "refusal": receipt.refusal}
