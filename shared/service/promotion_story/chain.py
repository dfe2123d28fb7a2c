"""Whether a subject's decisions still are what was committed."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.canonical import content_hash
from shared.service.promotion_story.story import ChainTold

_BESIDE = frozenset({"hash", "messages"})


def chain_of(decisions: Sequence[Mapping[str, Any]]) -> ChainTold:
    """Hash each decision again, and compare the hash before it; `decisions` are oldest first.

    An altered, lost or moved decision breaks the chain at a place that is named.
    """
    broken = None
    before: str | None = None
    for decision in decisions:
        content = {name: value for name, value in decision.items() if name not in _BESIDE}
        when = decision["decided"]
        if content_hash(content) != decision["hash"]:
            broken = f"The decision of {when} is no longer what was committed under its hash."
        elif before is not None and decision["previous"] != before:
            broken = f"The decision of {when} does not name the hash of the one before it."
        if broken is not None:
            break
        before = decision["hash"]
    return ChainTold(
        checked=len(decisions),
        first=decisions[0]["hash"] if decisions else "",
        last=decisions[-1]["hash"] if decisions else "",
        broken=broken,
    )
