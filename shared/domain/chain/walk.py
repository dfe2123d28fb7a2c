"""One walk along a subject's links: what is altered, missing, or does not join the one before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.domain.chain.joins import Unjoined, name_joins
from shared.domain.chain.links import Break, Fault, Link
from shared.domain.chain.stubs import judge_stubs


@dataclass(slots=True)
class Walk:
    """Takes a chain's links oldest first; `last` is the newest so far.

    How links that do not join came to be so shows only when all of them are seen once more.
    """

    subject: str
    links: int = 0
    last: Link | None = None
    last_version: int = 0
    _breaks: list[Break] = field(default_factory=list)
    _unjoined: list[Unjoined] = field(default_factory=list)
    _stubs: dict[str, list[int]] = field(default_factory=dict)
    _erasing: list[Link] = field(default_factory=list)

    def take(self, version: int, link: Link | None) -> None:
        """The next link; None for one that cannot be read."""
        self.links += 1
        follows = version == self.last_version + 1
        if not follows:
            self._gap(self.last_version + 1, version - 1)
        if link is None:
            self.add(
                Fault.UNREADABLE, version, f"What is kept as decision {version} is no decision."
            )
        else:
            self._look(link)
            if follows:
                self._join(link)
        self.last, self.last_version = link, version

    def finish(self, again: Callable[[], Iterable[Link | None]]) -> list[Break]:
        """Every break by version; `again` gives the links once more, where a look is needed."""
        if self._unjoined:
            self._breaks += name_joins(self.subject, self._unjoined, filter(None, again()))
        if self._stubs or self._erasing:
            links = filter(None, again())
            self._breaks += judge_stubs(self.subject, self._stubs, self._erasing, links)
        return sorted(self._breaks, key=lambda one: one.version)

    @property
    def versions_broken(self) -> set[int]:
        """Where something is wrong already."""
        return {one.version for one in self._breaks}

    def add(self, fault: Fault, version: int, sentence: str) -> None:
        """Name a break that somebody else found."""
        self._breaks.append(
            Break(fault=fault, subject=self.subject, version=version, sentence=sentence)
        )

    def _look(self, link: Link) -> None:
        number = link.version
        if not link.intact:
            self.add(
                Fault.ALTERED,
                number,
                f"Decision {number} of {link.decided[:32]!r} is no longer what was committed under "
                "its hash.",
            )
        elif link.erased:
            self._stubs.setdefault(link.erased, []).append(number)
        elif link.subject != self.subject:
            self.add(
                Fault.FOREIGN,
                number,
                f"Decision {number} is one of another subject, {link.subject[:80]!r}.",
            )
        elif link.covers is not None:
            self._erasing.append(link)

    def _join(self, link: Link) -> None:
        """Whether it follows the one before; beside an altered one that cannot be told."""
        before = self.last
        if not link.intact or (before is None and self.last_version > 0):
            return
        expected = "" if before is None else before.hash
        if link.previous == expected or (before is not None and not before.intact):
            return
        self._unjoined.append(
            Unjoined(version=link.version, previous=link.previous, before=self.last_version)
        )

    def _gap(self, first: int, last: int) -> None:
        which = f"Decision {first} is" if first == last else f"Decisions {first} to {last} are"
        self.add(Fault.MISSING, first, f"{which} missing.")
