"""The id of a resource in Azure, taken apart."""

import re
from dataclasses import dataclass

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"/resourceGroups/(?P<group>[\w().-]{1,90})"
    r"/providers/(?P<provider>[A-Za-z][\w]*(?:\.[\w]+)+)(?P<path>(?:/[\w]+/[\w(@-][\w .()@-]*)+)/?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceId:
    """Where a resource lies; `types` and `names` go down from the outermost one."""

    text: str
    subscription: str
    group: str
    provider: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        """Its full type, which is also the namespace of its metrics: nested types included."""
        return "/".join((self.provider, *self.types))

    @property
    def root_type(self) -> str:
        """The type of the outermost resource it lies in, which has a region of its own."""
        return f"{self.provider}/{self.types[0]}"

    @property
    def name(self) -> str:
        """Its own name, without those it lies in."""
        return self.names[-1]


def read_resource_id(text: str) -> ResourceId:
    """Take an id apart; an extension of a resource (a second `providers`) is none.

    >>> read_resource_id("/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    ...     "/providers/Microsoft.CognitiveServices/accounts/chat").type
    'Microsoft.CognitiveServices/accounts'

    Raises ValueError.
    """
    match = _ID.fullmatch(text)
    parts = match["path"].strip("/").split("/") if match is not None else []
    if match is None or "providers" in (part.casefold() for part in parts[::2]):
        raise ValueError(
            f"{text[:120]!r} is no resource id; give /subscriptions/<id>/resourceGroups/<group>"
            "/providers/<type>/<name>"
        )
    return ResourceId(
        text=text.rstrip("/"),
        subscription=match["subscription"],
        group=match["group"],
        provider=match["provider"],
        types=tuple(parts[::2]),
        names=tuple(parts[1::2]),
    )
