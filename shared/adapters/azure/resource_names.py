"""Names that came with an event become part of a path only when Azure could have given them."""

import re
from urllib.parse import quote

from shared.errors import NotFound

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")


def is_resource_name(name: str) -> bool:
    """Letters, digits, dot, dash and underscore: nothing a path or a filter would read.

    >>> is_resource_name("loan-default"), is_resource_name("../x"), is_resource_name("a' or 1")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def named(what: str, *names: str) -> None:
    """Let only such names pass. Raises NotFound naming the one that is not."""
    for name in names:
        if not is_resource_name(name):
            raise NotFound(f"{name[:80]!r} is no name of {what}.")


def path_of(*parts: str) -> str:
    """Parts joined to a path, each percent-encoded.

    >>> path_of("models", "a/b")
    '/models/a%2Fb'
    """
    return "".join(f"/{quote(part, safe='')}" for part in parts)
