"""Where a dry run stands: behind which event of which subject."""

import re
from dataclasses import dataclass
from typing import Self

from shared.errors import InvalidData

_FORM = re.compile(
    r"(?P<subject>.*)@(?:(?P<version>[0-9]{1,12})|-(?P<key>[0-9a-f]{64}))", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Behind a version of a subject's chain; or, with a `key`, behind all of it and an event.

    What was not decided is told behind the chain, and known by its key.
    """

    subject: str
    version: int = 0
    key: str | None = None

    @property
    def text(self) -> str:
        """As it is printed and given back."""
        return f"{self.subject}@{self.version if self.key is None else f'-{self.key}'}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read back what `text` gave. Raises InvalidData."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise InvalidData(
                f"after is {text[:80]!r}, which is no cursor; give one that a dry run ended with."
            )
        return cls(subject=found["subject"], version=int(found["version"] or 0), key=found["key"])
