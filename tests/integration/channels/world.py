"""Notices to send, and services on loopback that answer under the names of the real ones."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from shared.adapters.channels.allowed_hosts import AllowedHosts
from shared.adapters.channels.exchange import Limits
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.way_out import WayOut
from shared.domain.alert import AlertKind, Severity
from shared.domain.notices import Notice, NoticedAlert, NoticeReason
from shared.domain.policy import ChannelKind, ReceiverPolicy
from shared.hosts import HostEntry
from shared.ports import Sending
from tests.integration.loopback.certificates import Certificates

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
PUBLIC = "8.8.8.8"
WELL_KNOWN = ("hooks.slack.com", "slack.com", "events.pagerduty.com", "acme.webhook.office.com")
OURS = "hooks.example.com"
QUICK = Limits(connect=0.1, read=0.1, whole=0.2)
SECRETS = {
    "SLACK": "https://hooks.slack.com/services/T0SECRET/B0SECRET/slackslackslackslack",
    "BOT": "xoxb-1234567890-botbotbotbot",
    "TEAMS": "https://acme.webhook.office.com/workflows/0123abcd/invoke?sig=TeamsTeams%2BTeams",
    "PAGER": "pagerpagerpagerpagerpagerpager12",
    "HOOK": "hookhookhookhookhook",
}
PARTS = {
    *SECRETS.values(),
    *("T0SECRET", "B0SECRET", "slackslackslackslack", "0123abcd"),
    *("TeamsTeams%2BTeams", "TeamsTeams+Teams", "1234567890-botbotbotbot"),
}
"""What nobody may read anywhere: the secrets, and what of them is as good as they are."""

_SECRET_OF = {
    ChannelKind.SLACK: "slack",
    ChannelKind.TEAMS: "teams",
    ChannelKind.PAGERDUTY: "pager",
    ChannelKind.WEBHOOK: "hook",
}


def sending(
    kind: ChannelKind,
    *,
    reason: NoticeReason = NoticeReason.FIRST,
    over: bool = False,
    reference: dict[str, Any] | None = None,
    order: str = "n-1.1",
    group: str = "0123456789abcdef",
    owner: str | None = None,
    **receiver: Any,
) -> Sending:
    """A notice of one alert, for a receiver of this kind."""
    alert = NoticedAlert(
        fingerprint="f-1",
        kind=AlertKind.DRIFT,
        severity=Severity.CRITICAL,
        subject="model/loan-default",
        title="Drift in income",
        text="Income has moved.",
        first_step="Look at the report.",
        since=NOW,
        ended=NOW if over else None,
        owner=owner,
    )
    return Sending(
        notice=Notice(
            id="n-1",
            group=group,
            number=1,
            receiver="ops",
            scope="loan-default",
            reason=reason,
            severity=Severity.CRITICAL,
            title="Drift in income",
            made=NOW,
            since=NOW,
            alerts=(alert,),
        ),
        receiver=ReceiverPolicy(
            **{"name": "ops", "channel": kind, "secret": _SECRET_OF.get(kind), **receiver}
        ),
        order=order,
        reference=reference or {},
    )


def _of_pagerduty(notice: Notice) -> str:
    if notice.resolved:
        return "resolve"
    return "acknowledge" if notice.reason is NoticeReason.ACKNOWLEDGED else "trigger"


def render(kind: ChannelKind, sending: Sending) -> dict[str, Any]:
    """Bodies as small as they can be."""
    notice = sending.notice
    over = notice.resolved
    return {
        ChannelKind.LOG: {"text": f"{notice.title}\r\nsecond line \x1b[31m"},
        ChannelKind.SLACK: {"text": notice.title, "blocks": []},
        ChannelKind.TEAMS: {"type": "message", "attachments": []},
        ChannelKind.PAGERDUTY: {
            "event_action": _of_pagerduty(notice),
            "dedup_key": notice.group,
        },
        ChannelKind.WEBHOOK: {"title": notice.title, "sign": "ü\ud800"},
        ChannelKind.EMAIL: {
            "subject": "Drift\r\nBcc: all@example.org",
            "text": "Ünïcode 🚨\n.\n",
            "html": "<p>Ünïcode</p>",
        },
        ChannelKind.WORK_ITEM: {
            "title": notice.title,
            "html": "<p>Income has moved.</p>",
            "tags": ["loan-default", "a; b"],
            "resolved": over,
        },
    }[kind]


@dataclass
class Network:
    """Names mean the addresses that are told; whatever is dialled is this machine's port."""

    port: int
    authority: Certificates
    addresses: Sequence[Sequence[str]] = ((PUBLIC,),)
    asked: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of this look-up; the last ones stay."""
        self.asked.append(f"{host}:{port}")
        return self.addresses[min(len(self.asked), len(self.addresses)) - 1]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """The machine's own port; what had been dialled is remembered."""
        self.dialled.append(f"{address}:{port}")
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def out(self, *, limits: Limits | None = None, **changed: Any) -> WayOut:
        """A way out through this network."""
        return WayOut(
            AllowedHosts([HostEntry(name=OURS), HostEntry(name="corp.example.com", below=True)]),
            Secrets(SECRETS).hidden(),
            lambda: NOW,
            limits=limits,
            **{
                "resolve": self.resolve,
                "dial": self.dial,
                "context": ssl.create_default_context(cafile=self.authority.authority),
                **changed,
            },
        )


def port_of(url: str) -> int:
    """The port that a server listens on."""
    return urlsplit(url).port or 0


def read_request(secure: ssl.SSLSocket) -> bytes:
    """A whole request, as far as its headers say."""
    head, _, rest = secure.recv(65536).partition(b"\r\n\r\n")
    size = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(rest) < size:
        rest += secure.recv(65536)
    return rest


Behaviour = Callable[[ssl.SSLSocket, Event], None]


@contextmanager
def badly_behaved(certificates: Certificates, behave: Behaviour | None) -> Iterator[int]:
    """A TLS server for one connection; without a behaviour it takes it and says nothing at all.

    Yields the port. `behave` is given the connection and what says that the test is over.
    """
    over = Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)

    def serve() -> None:
        with suppress(OSError):
            plain, _ = listening.accept()
            with plain:
                if behave is None:
                    over.wait()
                    return
                with context.wrap_socket(plain, server_side=True) as secure:
                    behave(secure, over)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()
