"""What came of a simulation, as it goes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.service.whatif.flips import Differing, differing
from shared.service.whatif.links import Link
from shared.service.whatif.telling import Told, told_of

_MOST_LISTED = 2_000


@dataclass(kw_only=True)
class Course:
    """What was told in both worlds, and the decisions that differ.

    So many decisions `passed` as they were recorded, so many were made `again`, and so many are
    `other` ones or were made in one world alone. `differing` are those in which a finding turned
    or that were made in one world alone, but for so many `unlisted`. `stale` counts by family what
    rests on evidence that was gathered for another policy, `undecidable` what nothing is known of.
    """

    recorded: list[Told] = field(default_factory=list)
    simulated: list[Told] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    other: int = 0
    unlisted: int = 0
    passed: int = 0
    again: int = 0
    stale: Counter[str] = field(default_factory=Counter)
    undecidable: Counter[str] = field(default_factory=Counter)
    subjects: int = 0

    def tell_recorded(self, link: Link) -> list[Told]:
        """What people noticed of a recorded decision."""
        told = list(told_of(link.plain, link.decided)) if link.is_noticed else []
        self.recorded += told
        return told

    def tell_unchanged(self, link: Link) -> None:
        """The same is noticed in the simulation."""
        if link.is_noticed:
            self.simulated += told_of(link.plain, link.decided)

    def tell_simulated(self, plain: Mapping[str, Any], at: datetime) -> None:
        """What people would notice of another decision."""
        self.simulated += told_of(plain, at)

    def note(
        self,
        subject: str,
        at: datetime,
        recorded: Mapping[str, Any] | None,
        simulated: Mapping[str, Any] | None,
    ) -> None:
        """A decision differs, or is made in one of the two alone."""
        found = differing(subject, at, recorded, simulated)
        self.other += 1
        if not found.flips and found.recorded and found.simulated:
            return
        if len(self.differing) < _MOST_LISTED:
            self.differing.append(found)
        else:
            self.unlisted += 1
