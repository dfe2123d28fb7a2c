"""The guarded way out: requests to public hosts that are allowed, and what came of them."""

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from shared.adapters.channels.allowed_hosts import AllowedHosts
from shared.adapters.channels.exchange import Answer, Deadline, Dial, Limits, dialled, exchanged
from shared.adapters.channels.hidden import Hidden
from shared.adapters.channels.meaning import meaning
from shared.adapters.channels.public_addresses import Resolve, looked_up, public_addresses
from shared.adapters.retry_after import seconds_of
from shared.errors import TimedOut, Unavailable, Untrusted
from shared.ports import Clock

_ALWAYS = {"User-Agent": "driftgate", "Accept-Encoding": "identity", "Connection": "close"}


class WayOut:
    """Posts to a host that is on the list, at an address that is public, and follows nothing.

    The name is looked up once and the address that was checked is the one that is called, so that
    a name which means another place a moment later gains nothing. No sentence has a secret in it.
    `resolve`, `dial` and `context` are the machine's own; a test hands in others.
    """

    def __init__(
        self,
        hosts: AllowedHosts,
        hidden: Hidden,
        clock: Clock,
        *,
        limits: Limits | None = None,
        resolve: Resolve = looked_up,
        dial: Dial = dialled,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts = hosts
        self._hidden = hidden
        self._clock = clock
        self._limits = Limits() if limits is None else limits
        self._resolve = resolve
        self._dial = dial
        self._context = context

    def post_json(
        self, address: str, what: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        """Post a JSON object; see `post`."""
        content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        typed = {"Content-Type": "application/json; charset=utf-8", **headers}
        return self.post(address, what, content, typed)

    def post(self, address: str, what: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post to an address and return what was answered with 2xx; `what` says whose it is.

        Raises NotAllowed, NotFound, NoPermission, Refused; Throttled, TimedOut, Untrusted,
        Unavailable.
        """
        target = self._hosts.target(address, what)
        deadline = Deadline(self._limits.whole)
        host = target.host
        addresses = public_addresses(
            host, target.port, self._resolve, min(self._limits.connect, self._limits.whole)
        )
        sent = {**_ALWAYS, **headers}
        try:
            answer = exchanged(
                target,
                addresses,
                body=body,
                headers=sent,
                context=self._trusting(),
                dial=self._dial,
                limits=self._limits,
                deadline=deadline,
            )
        except TimeoutError:
            raise TimedOut(
                f"{host} did not answer in time ({self._limits.read:g} s for a word, "
                f"{self._limits.whole:g} s for all of it)."
            ) from None
        except ssl.SSLCertVerificationError as problem:
            raise Untrusted(
                f"{host} shows a certificate that cannot be trusted: {problem.verify_message}"
            ) from None
        except (OSError, HTTPException) as problem:
            raise Unavailable(f"{host} cannot be reached ({_kind(problem)}).") from None
        if 200 <= answer.status < 300:
            return answer
        raise meaning(answer, host, what, self._hidden.besides(address), self._clock())

    def after(self, answer: Answer) -> float | None:
        """How many seconds an answer asks to wait."""
        return seconds_of(answer.headers.get("retry-after"), self._clock())

    def hide(self, text: str) -> str:
        """A text without the secrets that are known here."""
        return self._hidden.out_of(text)

    def _trusting(self) -> ssl.SSLContext:
        """Made once and late, since it reads the machine's whole list of authorities."""
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context


def _kind(problem: Exception) -> str:
    """The kind of a fault in words of the machine; the rest of it may quote what was sent."""
    if isinstance(problem, ssl.SSLError):
        return (problem.reason or "no TLS").lower().replace("_", " ")
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return {"RemoteDisconnected": "it hung up"}.get(type(problem).__name__, "it speaks no HTTP")
