"""How a command shows a service who asks: a token of Entra ID, a function key, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from shared.errors import Refused

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

AUDIENCE, CLIENT_ID, KEY = "DRIFTGATE_AUDIENCE", "DRIFTGATE_ACCESS_CLIENT_ID", "DRIFTGATE_KEY"
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_WHERE = "give the service's address alone, such as https://HOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What goes with each request: a token for `audience`, the host's `key`, both or neither."""

    audience: str | None = None
    key: str | None = field(default=None, repr=False)

    @property
    def scope(self) -> str:
        """What a token is asked for."""
        return f"{self.audience}/.default"

    @classmethod
    def from_environment(cls, url: str, environment: Mapping[str, str]) -> "Signing":
        """Read it. Without TLS there is no token, and on another machine no request at all.

        Whom a token is for is never taken from the service's own answer: whoever stands at a wrong
        address could name somebody else's. Raises Refused.
        """
        parts = address_of(url)
        key = environment.get(KEY) or None
        if parts.scheme == "http":
            return cls(key=key)
        client = environment.get(CLIENT_ID)
        audience = environment.get(AUDIENCE) or (f"api://{client}" if client else None)
        if audience is None and key is None and parts.hostname not in _THIS_MACHINE:
            raise Refused(
                f"Nobody says how to sign in to {parts.hostname}: set {AUDIENCE}=api://CLIENT "
                f"(the app registration's client id), or {KEY} where its access is `key`."
            )
        return cls(audience=None if audience is None else audience.rstrip("/"), key=key)


def address_of(url: str) -> SplitResult:
    """The parts of a service's address. Raises Refused for one that cannot be asked, or not safely.

    >>> address_of("https://driftgate.example.com/").hostname
    'driftgate.example.com'
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as problem:
        raise Refused(f"--url {url[:80]!r} is no address; {_WHERE}.") from problem
    if parts.scheme in _THIS_MACHINE:
        raise Refused(
            f"--url {url[:80]!r} has no http:// before it; write http://{url.strip()[:80]}."
        )
    if parts.scheme not in {"http", "https"} or not host:
        raise Refused(f"--url {url[:80]!r} is no address; {_WHERE}.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Refused(f"--url holds more than an address, which others may read; {_WHERE}.")
    if parts.scheme == "http" and host not in _THIS_MACHINE:
        raise Refused(f"--url names {host} without TLS; write https://{host}.")
    return parts


def signed_in_here() -> "TokenCredential":
    """Whoever this machine is signed in as: `az login`, a managed or a workload identity."""
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
