"""Settings of the channels: which hosts, as whom, and the secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.environment import PREFIX, InvalidSetting
from shared.hosts import HostEntry, is_host

SECRET = f"{PREFIX}SECRET_"
SUBMISSION = 587
_SERVER = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_MAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?P<domain>[A-Za-z0-9.-]{1,253})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """How people are told.

    With `real` false, what would be sent is written into files. `hosts` may be called besides those
    that channels are known by. `secrets` are those of `DRIFTGATE_SECRET_<name>` by name, in upper
    case. Mail goes over `smtp` (host and port) or Azure's service at `mail_endpoint`, from
    `mail_from`, to addresses at `mail_domains` alone.
    """

    real: bool = False
    hosts: tuple[HostEntry, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    smtp: tuple[str, int] | None = None
    mail_endpoint: str | None = None
    mail_from: str | None = None
    mail_domains: tuple[str, ...] = ()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, real_by_default: bool
    ) -> "ChannelSettings":
        """Read them.

        A secret is looked at when it is needed: one that is wrong does not stop the other channels.
        Raises InvalidSetting for what else cannot be used.
        """
        smtp, endpoint = _smtp(environment), _mail_endpoint(environment)
        if smtp is not None and endpoint is not None:
            raise InvalidSetting(
                f"{PREFIX}SMTP and {PREFIX}MAIL_ENDPOINT are both set; mail goes one way, so "
                "remove one."
            )
        sender, domains = _sender(environment), _domains(environment)
        if (smtp or endpoint) and not (sender and domains):
            raise InvalidSetting(
                f"Mail needs {PREFIX}MAIL_FROM, the sender's address, and {PREFIX}MAIL_DOMAINS, "
                "the domains that it may go to; set both."
            )
        return cls(
            real=_real(environment, real_by_default),
            hosts=_hosts(environment),
            secrets={
                name.removeprefix(SECRET).upper(): value
                for name, value in environment.items()
                if name.startswith(SECRET) and value
            },
            smtp=smtp,
            mail_endpoint=endpoint,
            mail_from=sender,
            mail_domains=domains,
        )


def public_url(environment: Mapping[str, str]) -> str | None:
    """Where people find Driftgate's pages, for the links in what they are sent."""
    return _https(environment, "PUBLIC_URL", "https://host, with a path if there is one")


def _real(environment: Mapping[str, str], default: bool) -> bool:
    value = environment.get(f"{PREFIX}CHANNELS")
    if value and value not in {"files", "real"}:
        raise InvalidSetting(f"{PREFIX}CHANNELS is {value[:40]!r}; use `files` or `real`.")
    return value == "real" if value else default


def _hosts(environment: Mapping[str, str]) -> tuple[HostEntry, ...]:
    hosts: list[HostEntry] = []
    for entry in _listed(environment, "CHANNEL_HOSTS"):
        host = HostEntry.read(entry)
        if host is None:
            raise InvalidSetting(
                f"{PREFIX}CHANNEL_HOSTS has {entry[:120]!r}; write hosts such as "
                "hooks.example.com or *.corp.example.com, with :port if it is not 443."
            )
        hosts.append(host)
    return tuple(hosts)


def _smtp(environment: Mapping[str, str]) -> tuple[str, int] | None:
    value = (environment.get(f"{PREFIX}SMTP") or "").strip().lower()
    if not value:
        return None
    host, _, port = value.partition(":")
    if not _SERVER.fullmatch(host) or not (port or "587").isdecimal() or int(port or 587) > 65535:
        raise InvalidSetting(f"{PREFIX}SMTP is {value[:120]!r}; write host:port, port 587 or 465.")
    return host, int(port or SUBMISSION)


def _sender(environment: Mapping[str, str]) -> str | None:
    value = (environment.get(f"{PREFIX}MAIL_FROM") or "").strip()
    if value and not _MAIL.fullmatch(value):
        raise InvalidSetting(
            f"{PREFIX}MAIL_FROM is {value[:120]!r}; write an address such as "
            "driftgate@example.com, without a name."
        )
    return value or None


def _domains(environment: Mapping[str, str]) -> tuple[str, ...]:
    domains = _listed(environment, "MAIL_DOMAINS")
    for domain in domains:
        if not is_host(domain):
            raise InvalidSetting(
                f"{PREFIX}MAIL_DOMAINS has {domain[:120]!r}; write domains such as example.com "
                "with a semicolon between two."
            )
    return domains


def _mail_endpoint(environment: Mapping[str, str]) -> str | None:
    return _https(environment, "MAIL_ENDPOINT", "https://<name>.communication.azure.com")


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    value = environment.get(PREFIX + name) or ""
    return tuple(entry.strip().lower() for entry in value.split(";") if entry.strip())


def _https(environment: Mapping[str, str], name: str, form: str) -> str | None:
    value = (environment.get(PREFIX + name) or "").strip()
    if not value:
        return None
    try:
        split = urlsplit(value)
    except ValueError:
        split = urlsplit("")
    plain = value.isascii() and value.isprintable() and not set(" \"'<>\\`") & set(value)
    if not plain or split.scheme != "https" or not split.hostname or "@" in split.netloc:
        raise InvalidSetting(f"{PREFIX}{name} is {value[:120]!r}; write {form}.")
    if split.query or split.fragment:
        raise InvalidSetting(f"{PREFIX}{name} has a ? or # in it; write {form}.")
    return value.rstrip("/")
