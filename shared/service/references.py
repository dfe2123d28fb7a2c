"""What the links of a chain rest on, and from which link on it is needed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from shared.domain.canonical import parse_time
from shared.domain.chain.links import ERASING
from shared.ports import Ledger
from shared.service.making import SNAPSHOT_EVERY

_CLOCKS_APART = timedelta(hours=1)


class About(msgspec.Struct, frozen=True):
    """Of what type the event of a link is."""

    type: str


class Names(msgspec.Struct, frozen=True):
    """What one link names; a stub names nothing but when it was decided.

    `kept` is what its messages refer to.
    """

    decided: str
    evidence: str | None = None
    policy: str | None = None
    state: str | None = None
    erased: str | None = None
    event: About | None = None
    kept: tuple[str, ...] = ()

    @property
    def can_go(self) -> bool:
        """Whether it has contents that may be erased; what says that something was, stays."""
        return self.event is not None and self.event.type != ERASING

    def is_since(self, since: datetime) -> bool:
        """Whether it was decided since then, by clocks that may be a little apart."""
        try:
            return parse_time(self.decided) >= since - _CLOCKS_APART
        except ValueError:
            return True

    def is_after(self, time: datetime | None) -> bool:
        """Whether it was surely decided after a time; of None, or of what cannot be read, not."""
        try:
            return time is not None and parse_time(self.decided) > time
        except ValueError:
            return False

    def hashes(self) -> Iterator[str]:
        """What is kept by its hash: evidence, policy, the state where it is, messages' contents."""
        yield from (one for one in (self.evidence, self.policy, self.state, *self.kept) if one)


_READ = msgspec.json.Decoder(Names)


def named_by(ledger: Ledger, subject: str, first: int = 1) -> Iterator[tuple[int, Names]]:
    """What the links from a version on name; what cannot be read names nothing."""
    for kept in ledger.kept_decisions(subject, first):
        try:
            yield kept.version, _READ.decode(kept.text)
        except (msgspec.DecodeError, UnicodeError):
            continue


def first_needed(ledger: Ledger, subject: str, since: datetime) -> int:
    """The version from which on links are needed to tell all that was decided `since` then.

    It is that of the last state that was kept before: from there the rest can be decided again.
    Where nothing was decided since, it is that of the last such state.
    """
    version = _first_since(ledger, subject, since)
    at = (version - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY
    while at > 0:
        link = next(named_by(ledger, subject, at), None)
        if link is not None and link[0] == at and link[1].state:
            return at
        at -= SNAPSHOT_EVERY
    return 1


def _first_since(ledger: Ledger, subject: str, since: datetime) -> int:
    """The first version decided since then, found by halves."""
    low, high = 1, ledger.state(subject).version + 1
    while low < high:
        middle = (low + high) // 2
        link = next(named_by(ledger, subject, middle), None)
        if link is None or link[1].is_since(since):
            high = middle
        else:
            low = middle + 1
    return low
