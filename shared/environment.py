"""What reading any setting needs: its prefix, and the refusal of a value that cannot be used."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.errors import Refused

PREFIX = "DRIFTGATE_"


class InvalidSetting(Refused):
    """An environment variable holds a value that cannot be used."""


def https_address(environment: Mapping[str, str], name: str) -> str | None:
    """An https address without a slash at its end, None where it is not set.

    Raises InvalidSetting for one that is none, or that holds a user's name.
    """
    value = environment.get(PREFIX + name)
    if not value:
        return None
    split = urlsplit(value)
    if split.scheme != "https" or not split.netloc or split.username:
        raise InvalidSetting(f"{PREFIX}{name} is {value[:120]!r}; it has to be an https address.")
    return value.rstrip("/")
