"""What a chain says and rests on, as far as an erasure has to know it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from shared.domain.chain.links import Link
from shared.ports import Ledger
from shared.service.making import SNAPSHOT_EVERY
from shared.service.references import named_by
from shared.service.verifying.chains import links_of


@dataclass(slots=True)
class Contents:
    """A chain read once: what each decision with contents rests on, by version.

    `digest` is that of all links up to the `last`; `erasing` are the decisions that erased before,
    which stay.
    """

    subject: str
    last: int = 0
    digest: str = ""
    whole: dict[int, tuple[str, ...]] = field(default_factory=dict)
    erasing: list[Link] = field(default_factory=list)

    @classmethod
    def of(cls, ledger: Ledger, subject: str, most: int | None = None) -> "Contents":
        """Read them, up to the version `most`.

        A link that cannot be read has nothing that could be erased by the rules.
        """
        read, digest = cls(subject=subject), sha256()
        for version, link in links_of(ledger, subject):
            if most is not None and version > most:
                break
            read.last = version
            if link is None:
                continue
            digest.update(bytes.fromhex(link.hash))
            if link.covers is not None:
                read.erasing.append(link)
            elif not link.erased:
                state = link.state if version % SNAPSHOT_EVERY == 0 else ""
                named = (link.evidence, link.policy, state)
                read.whole[version] = tuple(name for name in named if name)
        read.digest = digest.hexdigest()
        return read

    def unfinished(self) -> Link | None:
        """The newest erasure of the whole subject that covers contents that are still there.

        One that only takes decisions away whose time is over is none: the next run says it anew.
        """
        return next(
            (
                link
                for link in reversed(self.erasing)
                if link.covers is not None
                and link.covers.forgets
                and any(version <= link.covers.up_to for version in self.whole)
            ),
            None,
        )

    def up_to(self, version: int) -> dict[int, tuple[str, ...]]:
        """Decisions with contents up to a version."""
        return {one: names for one, names in self.whole.items() if one <= version}


def needed_by_others(
    ledger: Ledger, subject: str, versions: frozenset[int], names: set[str]
) -> set[str]:
    """Those of `names` that any decision rests on but the ones of the subject that go."""
    needed: set[str] = set()
    for other in ledger.chained():
        for version, link in named_by(ledger, other):
            if other != subject or version not in versions:
                needed.update(names.intersection(link.hashes()))
    return needed


def speaking_of(ledger: Ledger, subject: str) -> Iterator[tuple[str, int]]:
    """Other subjects whose decisions name this one, with how many do."""
    name = subject.partition("/")[2]
    for other in ledger.chained():
        if other != subject:
            count = sum(1 for kept in ledger.kept_decisions(other) if name in kept.text)
            if count:
                yield other, count
