"""Chains read a block ahead, so that a store that is far away answers many questions at once."""

from collections.abc import Iterable, Iterator, Sequence

from shared.ports import Evidence, Logged
from shared.service.deciding import NOTHING_READ
from shared.service.making import SNAPSHOT_EVERY


def blocks(links: Iterable[Logged]) -> Iterator[list[Logged]]:
    """Links in pieces, each up to the next of which the state is kept."""
    block: list[Logged] = []
    for logged in links:
        block.append(logged)
        if logged.version % SNAPSHOT_EVERY == 0:
            yield block
            block = []
    if block:
        yield block


def rested_on(block: Sequence[Logged]) -> Iterator[str]:
    """The evidence that deciding these again reads, once each."""
    named = (logged.decision.get("evidence") for logged in block)
    yield from dict.fromkeys(
        one for one in named if isinstance(one, str) and one and one != NOTHING_READ
    )


def expected(links: Iterable[Logged], evidence: Evidence) -> Iterator[Logged]:
    """The same links; what all of a block rest on is asked for before its first is given."""
    for block in blocks(links):
        evidence.expect(rested_on(block))
        yield from block
