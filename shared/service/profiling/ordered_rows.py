"""The rows of a look that were counted elsewhere, as if they had been read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.collected import CollectedFile, RowsSeen
from shared.domain.evidence import CollectedSpan
from shared.domain.profiling import ProfilingOrder
from shared.service.collected import WindowRead
from shared.service.profiling.counted import pieces_in
from shared.service.profiling.pieces import nothing, periods_of, window_within

if TYPE_CHECKING:
    from shared.profiles.pieces import Piece
    from shared.statistics import Profile


@dataclass(slots=True, kw_only=True)
class OrderedRows:
    """What an order made; ids of rows and times within a piece are not known of it."""

    order: ProfilingOrder
    made: Mapping[str, Any]
    _pieces: "dict[str, list[Piece]]" = field(default_factory=dict)

    def window(self, base: "Profile", start: datetime, end: datetime) -> WindowRead:
        """The rows of [start, end), inputs and outputs as one.

        Raises InvalidData where the order was not cut there.
        """
        from shared.profiles.joining import one_window
        from shared.statistics.profile import MISSING

        inputs = self._sum("inputs", base, start, end)
        if not any(file.deployment for file in (*self.order.inputs, *self.order.outputs)):
            return WindowRead(profile=inputs)
        outputs = self._sum("outputs", base, start, end)
        profile = one_window(inputs, outputs)
        missing = {name for name, told in inputs.problems.items() if told == MISSING}
        span = CollectedSpan(
            inputs=self._seen("inputs", self.order.inputs, inputs, start, end),
            outputs=self._seen("outputs", self.order.outputs, outputs, start, end),
            predicted=tuple(sorted(missing - profile.problems.keys())),
        )
        return WindowRead(profile=profile, span=span)

    def periods(
        self, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        """A profile for each period of [start, end), inputs and outputs as one.

        Of the baseline's columns alone, as everywhere. Raises InvalidData as `window` does.
        """
        from shared.profiles.joining import one_window

        return [
            replace(
                one_window(self._sum("inputs", base, *span), self._sum("outputs", base, *span)),
                unread=0,
                extra=(),
            )
            for span in periods_of(every, start, end)
        ]

    def _sum(self, name: str, base: "Profile", start: datetime, end: datetime) -> "Profile":
        profiles = [piece.profile for piece in self._read(name, base)]
        return window_within(profiles, base, start, end)

    def _read(self, name: str, base: "Profile") -> "list[Piece]":
        """The pieces of one side, read once; each holds the span that the order cut."""
        from shared.profiles.pieces import Piece

        if name not in self._pieces:
            spans = self.order.pieces
            found = pieces_in(self.made, name, base, len(spans))
            self._pieces[name] = [
                Piece(profile=nothing(base, *span))
                if piece is None
                else replace(piece, profile=replace(piece.profile, start=span[0], end=span[1]))
                for piece, span in zip(found, spans, strict=True)
            ]
        return self._pieces[name]

    def _seen(
        self,
        name: str,
        files: Sequence[CollectedFile],
        profile: "Profile",
        start: datetime,
        end: datetime,
    ) -> RowsSeen:
        lines = 0
        unread: dict[str, int] = {}
        example = ""
        for piece, (begun, ended) in zip(self._pieces[name], self.order.pieces, strict=True):
            if start <= begun and ended <= end:
                lines += piece.lines
                example = example or piece.unread.example
                for why, count in piece.unread.counts.items():
                    unread[why] = unread.get(why, 0) + count
        return RowsSeen(
            rows=profile.rows,
            settled=profile.rows,
            files=sum(1 for file in files if file.may_hold(start, end)),
            lines=lines,
            unread=unread,
            example=example,
        )
