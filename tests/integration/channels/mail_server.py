"""A mail server on loopback that speaks SMTP with TLS, and keeps what it is given."""

import socket
import ssl
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from tests.integration.loopback.certificates import Certificates


@dataclass
class MailServer:
    """`answers` replace the usual one to a command, by its first word; `silent` on that, none.
    One that `drips` never ends its greeting.

    `letters` are what was sent as it came, `commands` every line, `signed_in` user and password.
    """

    certificates: Certificates
    answers: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN")
    at_once: bool = False
    silent_on: str | None = None
    drips: bool = False
    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)

    def context(self) -> ssl.SSLContext:
        """Whom a client trusts."""
        return ssl.create_default_context(cafile=self.certificates.authority)

    def speak(self, connection: socket.socket) -> None:
        """One conversation, to its end."""
        if self.at_once:
            connection = self._secured(connection)
        lines = connection.makefile("rb")
        if self.drips:
            with connection:
                _drip(connection)
            return
        _say(connection, self.answers.get("", "220 ready"))
        while line := lines.readline().decode().rstrip("\r\n"):
            self.commands.append(line)
            word = line.split()[0].upper()
            if word == self.silent_on:
                lines.readline()
                break
            if word in self.answers:
                _say(connection, self.answers[word])
            elif word == "EHLO":
                secure = isinstance(connection, ssl.SSLSocket)
                offered = [one for one in self.offers if not (secure and one == "STARTTLS")]
                told = ["250-localhost", *(f"250-{one}" for one in offered), "250 SIZE 1000000"]
                _say(connection, "\r\n".join(told))
            elif word == "STARTTLS":
                _say(connection, "220 go on")
                lines.close()
                connection = self._secured(connection)
                lines = connection.makefile("rb")
            elif word == "AUTH":
                self.signed_in = b64decode(line.split()[2]).decode().split("\0")[1:]
                _say(connection, "235 welcome")
            elif word == "DATA":
                _say(connection, "354 go on")
                self.letters.append(_letter(lines))
                _say(connection, self.answers.get("END", "250 taken"))
            else:
                _say(connection, "221 bye" if word == "QUIT" else "250 fine")
        lines.close()
        connection.close()

    def _secured(self, connection: socket.socket) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.certificate, self.certificates.key)
        return context.wrap_socket(connection, server_side=True)


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """The server takes one conversation while this lasts."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, suppress(OSError):
                server.speak(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        server.port = listening.getsockname()[1]
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server
        thread.join()


def _say(connection: socket.socket, line: str) -> None:
    connection.sendall(f"{line}\r\n".encode())


def _drip(connection: socket.socket) -> None:
    """One sign at a time, until the other side has had enough."""
    connection.settimeout(0.02)
    there = True
    while there:
        connection.sendall(b"2")
        with suppress(TimeoutError):
            there = connection.recv(1) != b""


def _letter(lines: object) -> bytes:
    received = b""
    while (line := lines.readline()) not in {b".\r\n", b""}:  # type: ignore[attr-defined]
        received += line[1:] if line.startswith(b"..") else line
    return received
