"""What may stand in no sentence: secrets, their parts, and other ways of writing them."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_SHORTEST = 6
_IN_PLACE = "***"


class Hidden:
    """Takes secrets out of what services say back.

    A service may repeat a part of an address, so the path's parts and the query's values count as
    secrets of their own, from six signs on.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        words = {word for secret in secrets for word in _words(secret) if len(word) >= _SHORTEST}
        self._words = sorted(words, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Hidden({len(self._words)})"

    def besides(self, *secrets: str) -> "Hidden":
        """The same, with more to hide."""
        more = Hidden(secrets)
        more._words = sorted({*self._words, *more._words}, key=len, reverse=True)
        return more

    def out_of(self, text: str) -> str:
        """The text without them.

        >>> Hidden(["https://a.example/T0123456/x?sig=abcdefgh"]).out_of("no T0123456, abcdefgh!")
        'no ***, ***!'
        """
        for word in self._words:
            text = text.replace(word, _IN_PLACE)
        return text

    def first_words(self, said: bytes) -> str:
        """The first words of an answer, in one printable line; empty for a page of HTML."""
        text = said[:4096].decode(errors="replace").strip()
        if text.startswith("<"):
            return ""
        line = " ".join(text.split())
        return self.out_of("".join(sign for sign in line if sign.isprintable()))[:160]


def _words(secret: str) -> Iterator[str]:
    yield from _written(secret)
    if "://" in secret:
        split = urlsplit(secret)
        for part in (split.path, split.query, *split.path.split("/"), split.path.lstrip("/")):
            yield from _written(part)
        for _, value in parse_qsl(split.query):
            yield from _written(value)


def _written(word: str) -> Iterator[str]:
    for one in {word, unquote(word), quote(word, safe=""), quote(word)}:
        yield one
        yield b64encode(one.encode()).decode().rstrip("=")
