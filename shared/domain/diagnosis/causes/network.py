"""Hosts that the container cannot reach."""

import re

from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.trouble import Trouble

_NAMES = re.compile(
    r"[Tt]emporary failure in name resolution|Name or service not known|getaddrinfo failed"
    r"|Failed to resolve|nodename nor servname|no such host|server misbehaving"
    r"|Could not resolve host"
)
_SILENT = re.compile(
    r"Connect(?:ion)?Timeout|Connection to \S{1,200} timed out|Connection timed out|i/o timeout"
    r"|connect timeout|Network is unreachable|No route to host|Login timeout expired"
    r"|context deadline exceeded|Read timed out|\[Errno 110\]|\[Errno 101\]|\[Errno 113\]"
)
_REFUSED = re.compile(r"Connection refused|ECONNREFUSED|\[Errno 111\]|Connection reset by peer")
_TLS = re.compile(
    r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|self[- ]signed certificate|x509: "
)
_HUB = re.compile(
    r"[Ww]e couldn't connect to '[^']{1,200}'|Can't load .{0,100}huggingface\.co"
    r"|LocalEntryNotFoundError|outgoing traffic has been disabled"
)
_HOSTS = (
    re.compile(r"host='(?P<host>[\w.-]{1,200})'"),
    re.compile(r"(?:Failed to resolve|lookup|resolve host:?) '?(?P<host>[\w.-]{3,200})"),
    re.compile(r"https?://(?:[^\s/@]{1,200}@)?(?P<host>[\w.-]{3,200})"),
    re.compile(r"Connection to (?P<host>[\w.-]{3,200}) timed out"),
    re.compile(r"dial tcp:? (?P<host>[\w.:-]{3,100})"),
    re.compile(r"server at \"(?P<host>[\w.-]{3,200})\""),
)
_ERRORS = {
    "ConnectTimeout",
    "ConnectionError",
    "ConnectError",
    "ServiceRequestError",
    "MaxRetryError",
    "NewConnectionError",
    "ConnectTimeoutError",
    "gaierror",
    "SSLError",
    "SSLCertVerificationError",
    "LocalEntryNotFoundError",
    "OperationalError",
    "ConnectionRefusedError",
    "TimeoutError",
    "ReadTimeout",
    "URLError",
    "OSError",
    "APIConnectionError",
    "ClientConnectorError",
}


def unreachable(trouble: Trouble) -> Diagnosis | None:
    """A name that cannot be resolved, or a host that is silent, refuses or is not trusted."""
    text = trouble.message
    why = None if "upstream" in text else _why(text)
    if why is None or (trouble.error and trouble.error not in _ERRORS and not _NAMES.search(text)):
        return None
    host = _host(trouble)
    to = host or "a host"
    return trouble.blame(
        Cause.NETWORK,
        f"{trouble.who} cannot reach {to}: {why}.",
        f"Allow {to} in the workspace's managed network (an outbound rule or a private endpoint) "
        "and in firewalls on the way; or put what is fetched into the image or the model.",
        named=host,
    )


def _why(text: str) -> str | None:
    if _HUB.search(text):
        return "downloads are not possible from the deployment"
    if _NAMES.search(text):
        return "its name cannot be resolved"
    if _TLS.search(text):
        return "its certificate is not trusted, mostly because a proxy stands between"
    if _SILENT.search(text):
        return "it does not answer in time"
    if _REFUSED.search(text):
        return "the connection is refused"
    return None


def _host(trouble: Trouble) -> str | None:
    links = () if trouble.chain is None else trouble.chain.links
    for text in (trouble.message, *(raised.message for raised in reversed(links))):
        for pattern in _HOSTS:
            if match := pattern.search(text):
                return match["host"]
    return None
