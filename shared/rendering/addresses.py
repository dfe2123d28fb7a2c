"""Where people read more: the page of an alert, and names as addresses and commands take them."""

import re
from urllib.parse import quote

from shared.ports import Sending

_NO_NAME = re.compile(r"[^0-9A-Za-z._-]+")


def report_of(sending: Sending, fingerprint: str) -> str | None:
    """The address of an alert's page, None where nobody said where Driftgate's pages are."""
    if sending.public_url is None:
        return None
    return f"{sending.public_url.rstrip('/')}/console/alerts/{quote(plain_name(fingerprint))}"


def plain_name(identity: str) -> str:
    """As it may stand in an address and in a shell's line."""
    return _NO_NAME.sub("", identity)[:64]
