"""One request and its answer over a connection to a checked address, within a time for all of it.

It is made of the standard library's HTTP, and not of a client with pools: those write addresses
into debug logs and, where Application Insights listens, into every trace, and the addresses of
Slack and Teams are secrets.
"""

import errno
import io
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from shared.adapters.channels.allowed_hosts import Target
from shared.hosts import HTTPS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Dial = Callable[[str, int, float], socket.socket]
_AROUND = 256 * 1024
"""Bytes of an answer that are its headers, or the sizes of its chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect, for each read, and for all of it; bytes of an answer that are read."""

    connect: float = 5.0
    read: float = 10.0
    whole: float = 15.0
    answer: int = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; names of headers are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Deadline:
    """When it all has to be over."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def within(self, seconds: float) -> float:
        """So many seconds, or what is left of it all. Raises TimeoutError when nothing is."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return min(seconds, left)


def dialled(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address, with no look-up and through no proxy."""
    return socket.create_connection((address, port), timeout=seconds)


def exchanged(
    target: Target,
    addresses: Sequence[str],
    *,
    body: bytes,
    headers: Mapping[str, str],
    context: ssl.SSLContext,
    dial: Dial,
    limits: Limits,
    deadline: Deadline,
) -> Answer:
    """Post the body to the first of the addresses that can be reached, as the target's host.

    The certificate has to be the host's. Nothing is followed, and nothing sent twice.
    Raises OSError, among them TimeoutError and ssl's errors, and HTTPException.
    """
    with closing(_connected(target, addresses, dial, limits, deadline)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.settimeout(deadline.within(limits.read))
        with closing(context.wrap_socket(plain, server_hostname=target.host)) as secure:
            return _asked(target, _Timed(secure, limits, deadline), body, headers, limits)


def _connected(
    target: Target, addresses: Sequence[str], dial: Dial, limits: Limits, deadline: Deadline
) -> socket.socket:
    """Addresses are alternatives only until one is reached: after that, something may be done."""
    *others, last = addresses
    for address in others:
        try:
            return dial(address, target.port, deadline.within(limits.connect))
        except OSError:
            continue
    return dial(last, target.port, deadline.within(limits.connect))


class _Connection(HTTPConnection):
    """HTTP over a socket that is there already; it never opens one of its own."""

    default_port = HTTPS
    auto_open = 0


def _asked(
    target: Target, timed: "_Timed", body: bytes, headers: Mapping[str, str], limits: Limits
) -> Answer:
    connection = _Connection(target.host, target.port)
    connection.sock = cast(Any, timed)
    # Who refuses a message before it has read all of it may close, and has said why before.
    with suppress(ConnectionError):
        connection.request("POST", target.path, body=body, headers=dict(headers))
    with connection.getresponse() as response:
        return Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=response.read(limits.answer),
        )


class _Timed:
    """A socket whose every read and write ends with the deadline, however slowly bytes come.

    Of what is received there is an end as well: a chunk may say that it has a negative size, and
    is then read for as long as there is anything.
    """

    def __init__(self, secure: ssl.SSLSocket, limits: Limits, deadline: Deadline) -> None:
        self._secure = secure
        self._read = limits.read
        self._left = limits.answer + _AROUND
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        rest = memoryview(data)
        while rest:
            self._secure.settimeout(self._deadline.within(self._read))
            rest = rest[self._secure.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """What is received, to be read."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(_Received(self.receive_into))

    def receive_into(self, buffer: "WriteableBuffer") -> int:
        """Receive what there is."""
        if self._left <= 0:
            raise ConnectionAbortedError(errno.ECONNABORTED, "its answer has no end")
        self._secure.settimeout(self._deadline.within(self._read))
        received = self._secure.recv_into(buffer)
        self._left -= received
        return received

    def close(self) -> None:
        """Whoever opened the socket closes it."""


class _Received(io.RawIOBase):
    def __init__(self, receive_into: Callable[["WriteableBuffer"], int]) -> None:
        self._receive_into = receive_into

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._receive_into(buffer)
