"""Which addresses out of events become links: those of the platforms, and no others."""

from urllib.parse import urlsplit

_HOSTS = frozenset({"dev.azure.com", "github.com", "ml.azure.com", "portal.azure.com"})
_ENDINGS = (".visualstudio.com",)


def known_link(address: str | None) -> str | None:
    """The address when it is https on a host of a platform we speak to; None when it is not.

    >>> known_link("https://dev.azure.com/contoso/ml/_build/results?buildId=7")
    'https://dev.azure.com/contoso/ml/_build/results?buildId=7'
    >>> known_link("https://dev.azure.com@evil.example/"), known_link("javascript:alert(1)")
    (None, None)
    """
    if address is None or not address.isprintable() or " " in address or len(address) > 2000:
        return None
    try:
        parts = urlsplit(address)
        host, plain = parts.hostname or "", parts.port is None
    except ValueError:
        return None
    plain = plain and parts.username is None and "\\" not in address
    known = host in _HOSTS or host.endswith(_ENDINGS)
    return address if parts.scheme == "https" and plain and known else None
