"""One subject's chain walked from end to end, with its inbox and its state."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.domain.chain.end import judge_end
from shared.domain.chain.links import Break, Fault, Link, read_link
from shared.domain.chain.walk import Walk
from shared.ports import Ledger

Seen = Callable[[Walk, Link], None]
Expect = Callable[[Sequence[Link]], None]
_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """What was found of one chain: how many links, where it ends, and what is wrong."""

    subject: str
    links: int
    version: int
    head: str
    breaks: tuple[Break, ...]


def verify_chain(ledger: Ledger, subject: str, seen: Seen, expect: Expect) -> Chained:
    """Walk it; `seen` is told each link that is intact, and adds to the walk what it finds.

    `expect` is told of some links together before they are seen.
    While it is walked the subject may decide more: the walk goes on until the state is reached.
    """
    walk = Walk(subject=subject)
    inbox = _Inbox(ledger, subject)
    while True:
        before = walk.links
        links = links_of(ledger, subject, walk.last_version + 1)
        while some := list(islice(links, _AT_ONCE)):
            expect([link for _, link in some if link is not None and link.intact])
            for version, link in some:
                walk.take(version, link)
                if link is not None and link.intact:
                    inbox.look(walk, link)
                    seen(walk, link)
        state = ledger.kept_state(subject)
        if state is None or state.version <= walk.last_version or walk.links == before:
            break
    inbox.finish(walk)
    found = walk.finish(lambda: (link for _, link in links_of(ledger, subject)))
    return Chained(
        subject=subject,
        links=walk.links,
        version=walk.last_version,
        head="" if walk.last is None else walk.last.hash,
        breaks=(
            *found,
            *judge_end(
                subject,
                0 if state is None else state.version,
                None if state is None else state.text,
                walk.last,
                walk.last_version,
                whole=not found,
            ),
        ),
    )


def links_of(ledger: Ledger, subject: str, first: int = 1) -> Iterator[tuple[int, Link | None]]:
    """A chain's links from a version on, oldest first; None for one that cannot be read."""
    for kept in ledger.kept_decisions(subject, first):
        yield kept.version, read_link(kept.version, kept.text)


class _Inbox:
    """What is marked as handled, read before the chain: each of it then has to have its link."""

    def __init__(self, ledger: Ledger, subject: str) -> None:
        state = ledger.kept_state(subject)
        self._complete = 0 if state is None else state.version
        self._keys: dict[int, str] = {}
        self._twice: list[int] = []
        for version, key in ledger.handled(subject):
            if version in self._keys:
                self._twice.append(version)
            self._keys[version] = key

    def look(self, walk: Walk, link: Link) -> None:
        """Compare the event of a link, where its contents are kept, with what is marked."""
        key = self._keys.pop(link.version, None)
        if key is None and link.version <= self._complete:
            walk.add(
                Fault.INBOX,
                link.version,
                f"The event of decision {link.version} is not marked as handled: it would be "
                "decided again.",
            )
        elif key is not None and link.subject == walk.subject and key != link.event_key:
            walk.add(
                Fault.INBOX,
                link.version,
                f"Decision {link.version} is kept as that of another event.",
            )

    def finish(self, walk: Walk) -> None:
        """What is left is marked as handled by a decision that cannot be read or is not there."""
        broken = walk.versions_broken
        for version in sorted({*self._keys, *self._twice} - broken):
            walk.add(
                Fault.INBOX,
                version,
                f"An event is marked as handled by decision {version}, which is not there or is "
                "that of another.",
            )
