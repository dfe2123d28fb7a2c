"""Whether a call shows a secret that is known, in a time that tells nothing of it."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes

HEADER = "X-Driftgate-Secret"
_MOST_SHOWN = 4096
_SLOTS = 2


class HookSecrets:
    """Up to two secrets, kept as digests; in the place of one that is missing stands chance.

    So each call is compared with two digests of one length, to their ends, whatever it shows.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        known = [sha256(secret.encode()).digest() for secret in secrets[:_SLOTS]]
        self._digests = [*known, *(token_bytes(32) for _ in range(_SLOTS - len(known)))]

    def __repr__(self) -> str:
        return "HookSecrets()"

    def know(self, headers: Mapping[str, str]) -> bool:
        """Whether the header `X-Driftgate-Secret`, or else the password of Basic, is a secret."""
        shown = sha256(_shown(headers)).digest()
        found = False
        for digest in self._digests:
            found |= compare_digest(shown, digest)
        return found


def _shown(headers: Mapping[str, str]) -> bytes:
    """What a call shows, empty where it shows nothing: that is the digest of no secret."""
    named = headers.get(HEADER)
    if named:
        return named[:_MOST_SHOWN].strip().encode("utf-8", errors="replace")
    scheme, _, token = (headers.get("Authorization") or "")[:_MOST_SHOWN].partition(" ")
    if scheme.casefold() != "basic":
        return b""
    try:
        return b64decode(token.strip(), validate=True).partition(b":")[2]
    except (Error, ValueError):
        return b""
