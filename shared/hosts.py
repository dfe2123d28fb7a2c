"""Names of hosts, as settings list them and as addresses have them."""

import re
from dataclasses import dataclass
from typing import Self

HTTPS = 443
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_NAME}")
_ENTRY = re.compile(rf"(?=.{{1,260}}\Z)(?P<any>\*\.)?(?P<name>{_NAME})(?::(?P<port>[0-9]{{1,5}}))?")


def is_host(name: str) -> bool:
    """Whether it is a full name in ASCII and lower case; a number or a name of one part is none.

    >>> [is_host(one) for one in ("hooks.example.com", "localhost", "127.0.0.1", "0x7f.1")]
    [True, False, False, False]
    """
    return _HOST.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostEntry:
    """A host, or with `below` all hosts below one, at one port."""

    name: str
    port: int = HTTPS
    below: bool = False

    @classmethod
    def read(cls, entry: str) -> Self | None:
        """Of `hooks.example.com` or `*.corp.example.com:8443`; None for what is neither.

        >>> HostEntry.read("*.corp.example.com").covers("a.corp.example.com", 443)
        True
        >>> HostEntry.read("*.com"), HostEntry.read("10.0.0.1")
        (None, None)
        """
        found = _ENTRY.fullmatch(entry)
        if found is None or (found["any"] and "." not in found["name"]):
            return None
        port = int(found["port"] or HTTPS)
        if not 0 < port < 65536:
            return None
        return cls(name=found["name"], port=port, below=found["any"] is not None)

    def covers(self, host: str, port: int) -> bool:
        """Whether it speaks of this host; `*.` stands for one or more whole labels."""
        named = host.endswith(f".{self.name}") if self.below else host == self.name
        return named and port == self.port
