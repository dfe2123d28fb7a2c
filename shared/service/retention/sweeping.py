"""Evidence whose time is over goes, unless a decision that is kept still rests on it.

Mark and sweep, the other way about: what is old is gathered first, then every chain strikes out
what it needs, and what is left goes. So it takes no more room than a batch, stops at any moment
and goes on from there, and never meets a decision that is being made: whoever decides puts its
evidence first, and a store lets nothing go that was put again. For the same reason no decision
rests on what was last put long before it, so that of each chain a short piece is enough.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from shared.domain.canonical import format_time, parse_time
from shared.ports import PUT_AGAIN_WITHIN, Evidence, Ledger, Profiles
from shared.service.references import first_needed, named_by

BATCH = 20_000
_PROGRESS = "retention/evidence"
_REFRESHED = "retention/refreshed"
_PUT_BEFORE = PUT_AGAIN_WITHIN + timedelta(hours=3)
"""The most between the last put of evidence and a decision upon it, by the clocks of two."""


@dataclass(slots=True)
class Sweep:
    """One pass over all evidence put before `before`, batch by batch; it may take several runs.

    `after` is the hash behind which the batch was gathered, `behind` the one it ended with;
    `subject` is the next chain to ask.
    """

    before: datetime
    after: str = ""
    behind: str = ""
    subject: str = ""
    batch: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept between two runs."""
        return {
            "before": format_time(self.before),
            "after": self.after,
            "behind": self.behind,
            "subject": self.subject,
            "batch": list(self.batch),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Sweep":
        """Read back what `to_json` wrote."""
        return cls(
            before=parse_time(plain["before"]),
            after=plain["after"],
            behind=plain["behind"],
            subject=plain["subject"],
            batch=tuple(plain["batch"]),
        )


class Sweeping:
    """Sweeps while there `is_time`; what a run does not come to is kept for the next."""

    def __init__(
        self, ledger: Ledger, evidence: Evidence, profiles: Profiles, is_time: Callable[[], bool]
    ) -> None:
        self._ledger = ledger
        self._evidence = evidence
        self._profiles = profiles
        self._is_time = is_time

    def pending(self, before: datetime) -> Sweep:
        """The sweep that a run before left, else a new one."""
        kept = self._profiles.load(_PROGRESS)
        return Sweep.of(kept) if kept else Sweep(before=before)

    def run(self, sweep: Sweep) -> tuple[int, bool]:
        """Remove what can go; how much went, and whether the sweep came to its end."""
        removed = 0
        while True:
            if not sweep.batch and not self._gather(sweep):
                self._profiles.save(_PROGRESS, {})
                return removed, True
            if not self._strike_out(sweep):
                self._profiles.save(_PROGRESS, sweep.to_json())
                return removed, False
            removed += self._evidence.remove_all(sweep.batch, sweep.before)
            sweep.after, sweep.batch, sweep.subject = sweep.behind, (), ""

    def any_old(self, before: datetime) -> bool:
        """Whether there is a sweep to go on with, or anything that a new one would look at."""
        return bool(self._profiles.load(_PROGRESS)) or any(
            True for _ in self._evidence.walk(put_before=before)
        )

    def candidates(self, before: datetime) -> int:
        """How much is old and needed by nobody, removing nothing."""
        sweep, count = Sweep(before=before), 0
        while self._gather(sweep):
            self._strike_out(sweep)
            count += len(sweep.batch)
            sweep.after, sweep.batch, sweep.subject = sweep.behind, (), ""
        return count

    def refreshed_since(self, now: datetime) -> None:
        """Note once that from now on whatever is rested on is put again.

        What an older release kept was put once, and rested on ever after.
        """
        if not self._profiles.load(_REFRESHED):
            self._profiles.save(_REFRESHED, {"since": format_time(now)})

    def _settled(self, before: datetime) -> datetime | None:
        """What is decided after this rests on nothing that was last put before then."""
        kept = self._profiles.load(_REFRESHED)
        return None if not kept else max(before, parse_time(kept["since"])) + _PUT_BEFORE

    def _gather(self, sweep: Sweep) -> bool:
        """The next of what is old; False when there is none."""
        old = (kept.hash for kept in self._evidence.walk(sweep.after, sweep.before))
        sweep.batch = tuple(islice(old, BATCH))
        sweep.behind = sweep.batch[-1] if sweep.batch else sweep.after
        return bool(sweep.batch)

    def _strike_out(self, sweep: Sweep) -> bool:
        """Have every chain take out of the batch what it needs; False when the time is over."""
        left, settled = set(sweep.batch), self._settled(sweep.before)
        for subject in self._ledger.chained():
            if subject < sweep.subject:
                continue
            if not left:
                break
            if not self._is_time():
                sweep.subject, sweep.batch = subject, _kept(sweep.batch, left)
                return False
            first = first_needed(self._ledger, subject, sweep.before)
            for _, names in named_by(self._ledger, subject, first):
                left.difference_update(names.hashes())
                if names.is_after(settled):
                    break
        sweep.batch = _kept(sweep.batch, left)
        return True


def _kept(batch: tuple[str, ...], left: set[str]) -> tuple[str, ...]:
    return tuple(name for name in batch if name in left)
