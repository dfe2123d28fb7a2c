"""The rows of a look that were counted elsewhere, as if they had been read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.collected import CollectedFile, RowsSeen
from shared.domain.evidence import CollectedSpan
from shared.domain.profiling import ProfilingOrder
from shared.service.collected import WindowRead
from shared.service.profiling.pieces import nothing, periods_of, window_within

if TYPE_CHECKING:
    from shared.statistics import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedRows:
    """What an order made; ids of rows and times within a piece are not known of it."""

    order: ProfilingOrder
    made: Mapping[str, Any]

    def window(self, base: "Profile", start: datetime, end: datetime) -> WindowRead:
        """The rows of [start, end), inputs and outputs as one.

        Raises InvalidData where the order was not cut there.
        """
        from shared.profiles.joining import one_window
        from shared.statistics.profile import MISSING

        inputs = self._sum("inputs", base, start, end)
        if not self.order.outputs and not any(file.deployment for file in self.order.inputs):
            return WindowRead(profile=inputs)
        outputs = self._sum("outputs", base, start, end)
        profile = one_window(inputs, outputs)
        missing = {name for name, told in inputs.problems.items() if told == MISSING}
        span = CollectedSpan(
            inputs=_seen(inputs, self.order.inputs, start, end),
            outputs=_seen(outputs, self.order.outputs, start, end),
            predicted=tuple(sorted(missing - profile.problems.keys())),
        )
        return WindowRead(profile=profile, span=span)

    def periods(
        self, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        """A profile for each period of [start, end), inputs and outputs as one."""
        from shared.profiles.joining import one_window

        return [
            one_window(
                self._sum("inputs", base, *span),
                self._sum("outputs", base, *span),
            )
            for span in periods_of(every, start, end)
        ]

    def _sum(self, name: str, base: "Profile", start: datetime, end: datetime) -> "Profile":
        from shared.statistics import Profile

        pieces = [Profile.from_json(piece) for piece in self.made[name]]
        if not pieces:
            return nothing(base, start, end)
        return window_within(pieces, base, start, end)


def _seen(
    profile: "Profile", files: Sequence[CollectedFile], start: datetime, end: datetime
) -> RowsSeen:
    needed = [file for file in files if file.may_hold(start, end)]
    unread = {"unread": profile.unread} if profile.unread else {}
    return RowsSeen(rows=profile.rows, settled=profile.rows, files=len(needed), unread=unread)
