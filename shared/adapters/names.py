"""Names from events never become paths unless they are plain."""

import re

from shared.errors import Refused

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,254}")


def is_plain_name(name: str) -> bool:
    """No slash, no leading dot, no control character: safe as one part of a path.

    >>> is_plain_name("loan-default"), is_plain_name("..")
    (True, False)
    """
    return _PLAIN.fullmatch(name) is not None


def plain_path(name: str, kind: str) -> str:
    """A name of plain parts joined by slashes, as it is. Raises Refused for any other.

    >>> plain_path("model/loan-default/7", "profile")
    'model/loan-default/7'
    """
    if not all(is_plain_name(part) for part in name.split("/")):
        raise Refused(f"{name[:120]!r} is no {kind} name; use plain names joined by slashes.")
    return name
