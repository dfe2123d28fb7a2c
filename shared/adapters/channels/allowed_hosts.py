"""Which hosts may be called: those of the channels, and those a setting names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.domain.wording import begin
from shared.errors import NotAllowed
from shared.hosts import HTTPS, HostEntry, is_host

BUILT_IN = (
    HostEntry(name="hooks.slack.com"),
    HostEntry(name="slack.com"),
    HostEntry(name="events.pagerduty.com"),
    HostEntry(name="events.eu.pagerduty.com"),
    HostEntry(name="webhook.office.com", below=True),
    HostEntry(name="logic.azure.com", below=True),
    HostEntry(name="api.powerplatform.com", below=True),
)
_SIGNS = re.compile(r"[!-\[\]-~]+")
_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes; `path` has the query in it and is never shown."""

    host: str
    port: int
    path: str


class AllowedHosts:
    """The built-in hosts and those named besides."""

    def __init__(self, named: Iterable[HostEntry] = ()) -> None:
        self._entries = (*BUILT_IN, *named)

    def target(self, address: str, what: str) -> Target:
        """Take an address apart; `what` says whose it is, for the sentence.

        Raises NotAllowed for one that is not https, has a user in it, or names another host.
        """
        what = begin(what)
        if len(address) > _LONGEST or not _SIGNS.fullmatch(address):
            raise NotAllowed(
                f"{what} is no address: it is too long, or has signs in it that are not ASCII; "
                "write it as https://host/path, percent-encoded."
            )
        try:
            split = urlsplit(address)
            port = HTTPS if split.port is None else split.port
        except ValueError:
            raise NotAllowed(f"{what} is no address; write it as https://host/path.") from None
        if split.scheme != "https":
            raise NotAllowed(f"{what} is not https; only https is called.")
        if "@" in split.netloc:
            raise NotAllowed(f"{what} has a user in it; leave out what stands before the @.")
        host = split.hostname or ""
        if not is_host(host):
            raise NotAllowed(
                f"{what} does not name its host in full; numbers and names of one part are not "
                "called."
            )
        if not any(entry.covers(host, port) for entry in self._entries):
            place = host if port == HTTPS else f"{host}:{port}"
            raise NotAllowed(
                f"{what} is at {place}, which may not be called; add {place} to "
                "DRIFTGATE_CHANNEL_HOSTS if it is yours."
            )
        query = f"?{split.query}" if split.query else ""
        return Target(host=host, port=port, path=f"{split.path or '/'}{query}")
