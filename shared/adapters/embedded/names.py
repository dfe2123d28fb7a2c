"""Names from events never become paths unless they are plain."""

import re

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,254}")


def is_plain_name(name: str) -> bool:
    """No slash, no leading dot, no control character: safe as one part of a path.

    >>> is_plain_name("loan-default"), is_plain_name("..")
    (True, False)
    """
    return _PLAIN.fullmatch(name) is not None
