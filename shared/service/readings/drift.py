"""Reads the candidate's training profile, and profiles the rows scored lately in its bins.

A window ends with the last whole day, so that the many looks of a day read it once: what was read
is kept by the version's name, until its files change.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.canonical import format_time
from shared.domain.collected import CollectedFile, Seen, seen
from shared.domain.decisions.drift.windows import last_border
from shared.domain.evidence.promotion import DriftReading
from shared.domain.policy import DriftGate, Enforcement, Policy
from shared.domain.world import Endpoint, ModelVersion
from shared.errors import NotFound, Refused
from shared.service.collected import CollectedRows
from shared.service.profiling.rows import Rows, rows_in, table_of
from shared.service.world import World

if TYPE_CHECKING:
    from shared.statistics import Profile

MOST_BYTES = 256 * 1024 * 1024
"""Of a busier endpoint the newest hours are read that hold so much; the window says so."""
_DAY = timedelta(days=1)


def read_drift(
    candidate: ModelVersion, policy: Policy, gate: DriftGate, world: World, now: datetime
) -> DriftReading:
    """Both profiles, as far as they are there; nothing is read where the gate is off.

    The rows are those of the policy's endpoint, else of its last stage's, or those of the table
    that holds them. What may not be read is the reading's problem. Raises Unavailable, so that
    whoever asked is asked again.
    """
    end = last_border(now, min(_DAY, gate.window, gate.max_age / 2))
    reading = DriftReading(taken=now, start=end - gate.window, end=end)
    if gate.mode is Enforcement.OFF:
        return reading
    try:
        stored = world.profiles.load(f"model/{candidate.name}/{candidate.version}")
        if stored is None:
            return reading
        return _with_rows(replace(reading, baseline=dict(stored)), candidate, policy, world)
    except Refused as problem:
        return replace(reading, problem=str(problem))


def _with_rows(
    reading: DriftReading, candidate: ModelVersion, policy: Policy, world: World
) -> DriftReading:
    table = table_of(policy)
    if table is not None:
        return _with_table(reading, candidate, policy, table, world)
    name = policy.endpoint or policy.way()[-1].endpoint
    try:
        files = world.workspace.collected(
            candidate.name, name, start=reading.start, end=reading.end
        )
    except NotFound:
        return reading
    start, files = newest(files, reading.start, reading.end)
    rows = CollectedRows.of(world.workspace, files, candidate.version, _endpoint(name, world))
    reading = replace(reading, start=start)
    window = _Window(candidate=candidate, reading=reading, rows=rows, seen=seen(files))
    return replace(reading, window=window.profile(world))


def _with_table(
    reading: DriftReading, candidate: ModelVersion, policy: Policy, table: str, world: World
) -> DriftReading:
    span = (reading.start, reading.end)
    hours = world.logged_rows.listed(
        table, policy.profiles.time_column, start=reading.start, end=reading.end
    )
    rows = rows_in(table, policy, [span], world)
    window = _Window(candidate=candidate, reading=reading, rows=rows, seen=seen(hours))
    return replace(reading, window=window.profile(world))


def newest(
    files: Sequence[CollectedFile], start: datetime, end: datetime, most: int = MOST_BYTES
) -> tuple[datetime, tuple[CollectedFile, ...]]:
    """The start of the longest window up to `end` whose files hold at most so much, and these.

    Whole hours are kept, the last of them whatever it holds. Files that tell no time are all kept.
    """
    dated = [
        (one.start, one) for one in files if one.start is not None and one.may_hold(start, end)
    ]
    undated = [one for one in files if one.start is None]
    left = most - sum(one.bytes for one in undated)
    kept: list[CollectedFile] = []
    begins: datetime | None = None
    for hour in sorted({time for time, _ in dated}, reverse=True):
        of_hour = [one for time, one in dated if time == hour]
        left -= sum(one.bytes for one in of_hour)
        if begins is not None and left < 0:
            return begins, (*undated, *kept)
        kept += of_hour
        if hour < end:
            begins = max(hour, start)
    return start, (*undated, *kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The rows of a reading's window, in the files or the hours of a table that were seen."""

    candidate: ModelVersion
    reading: DriftReading
    rows: Rows
    seen: Seen

    def profile(self, world: World) -> dict[str, Any]:
        """Its profile in the bins of the baseline: as kept, else read and kept.

        Raises InvalidData when they cannot be read.
        """
        from shared.statistics import Profile

        base = Profile.from_json(self.reading.baseline or {})
        name = f"gate/{self.candidate.name}/{self.candidate.version}"
        kept = world.profiles.load(name)
        if kept is not None and kept.get("of") == self._of(base):
            return dict(kept["window"])
        window = self.rows.window(base, self.reading.start, self.reading.end).profile.to_json()
        # Who asks may only be allowed to read; then the next look reads the rows again.
        with suppress(Refused):
            world.profiles.save(name, {"of": self._of(base), "window": window})
        return window

    def _of(self, base: "Profile") -> list[str]:
        """What makes it the same window."""
        span = [format_time(self.reading.start), format_time(self.reading.end)]
        return [*span, self.seen.mark, base.baseline_hash]


def _endpoint(name: str | None, world: World) -> Endpoint | None:
    try:
        return None if name is None else world.workspace.endpoint(name)
    except NotFound:
        return None
