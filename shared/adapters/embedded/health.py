"""What the files of a workspace say of an endpoint's answers and of the load of its instances."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, isfinite, nan
from pathlib import Path

from shared.adapters.embedded.tables import rows_between
from shared.domain.blame import ERRORS, Blame, blame
from shared.domain.load import SPAN, highest_held, most_lately
from shared.domain.world import Load, Served
from shared.errors import InvalidData

_PERCENTILES = (50, 90, 95, 99)
_MEASURES = ("cpu", "memory", "disk", "gpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """When it was given, whose fault it was, and its milliseconds where they are known."""

    time: datetime
    blame: Blame
    took: float | None


def read_answers(
    path: Path, start: datetime, end: datetime, slow_ms: float | None
) -> dict[str, Served]:
    """Answers by deployment in [start, end). Raises InvalidData naming file and line.

    `status` and `duration_ms` may be missing: then no answer is an error, and none is slow.
    """
    each = each_answer(path, start, end)
    return {name: _served(found, slow_ms) for name, found in each.items()}


def each_answer(path: Path, start: datetime, end: datetime) -> dict[str, list[Answer]]:
    """Every answer by deployment in [start, end), by time. Raises InvalidData."""
    answers: dict[str, list[Answer]] = {}
    known: dict[tuple[str | None, str | None], Blame] = {}
    for time, row, line in rows_between(path, start, end):
        written = row.get("status"), row.get("model_status")
        whose = known.get(written)
        if whose is None:
            read = (_whole(path, line, row, one) for one in ("status", "model_status"))
            whose = known[written] = blame(*read)
        took = _number(path, line, row, "duration_ms")
        answer = Answer(time=time, blame=whose, took=took)
        answers.setdefault(row.get("deployment") or "", []).append(answer)
    return {name: found for name, found in answers.items() if name}


def percentiles_of(took: Sequence[float]) -> dict[int, float]:
    """Percentiles of durations in their order, each the least that so many do not exceed."""
    return {p: took[ceil(p / 100 * len(took)) - 1] for p in _PERCENTILES} if took else {}


def _served(answers: list[Answer], slow_ms: float | None) -> Served:
    blames = [answer.blame for answer in answers]
    failed = [answer.time for answer in answers if answer.blame in ERRORS]
    took = sorted(answer.took for answer in answers if answer.took is not None)
    slow = None
    if slow_ms is not None and took:
        slow = sum(duration > slow_ms for duration in took)
    return Served(
        requests=len(answers),
        errors=len(failed),
        by_model=blames.count(Blame.MODEL),
        timed_out=blames.count(Blame.TIME),
        throttled=blames.count(Blame.LOAD),
        refused=blames.count(Blame.CALLER),
        slow=slow,
        latency=percentiles_of(took),
        first_error=min(failed, default=None),
        last_error=max(failed, default=None),
    )


@dataclass(slots=True)
class _Measured:
    """By measure and instance, and by state: one value a minute."""

    levels: dict[str, dict[str, dict[datetime, float]]] = field(
        default_factory=lambda: {measure: {} for measure in _MEASURES}
    )
    states: dict[str, dict[datetime, float]] = field(default_factory=dict)


def read_loads(path: Path, start: datetime, end: datetime) -> dict[str, Load]:
    """Load by deployment in the last hour of [start, end). Raises InvalidData."""
    measured: dict[str, _Measured] = {}
    for time, row, line in rows_between(path, max(start, end - SPAN), end):
        minute = time.replace(second=0, microsecond=0)
        of = measured.setdefault(row.get("deployment") or "", _Measured())
        for measure in _MEASURES:
            level = _number(path, line, row, measure)
            if level is not None:
                instance = row.get("instance") or ""
                of.levels[measure].setdefault(instance, {})[minute] = level
        if state := row.get("state"):
            counts = of.states.setdefault(state, {})
            counts[minute] = counts.get(minute, 0.0) + 1.0
    return {name: _load(one, end) for name, one in measured.items() if name}


def _load(measured: _Measured, end: datetime) -> Load:
    levels: Mapping[str, Iterable[Mapping[datetime, float]]] = {
        measure: instances.values() for measure, instances in measured.levels.items()
    }
    return Load(
        cpu=highest_held(levels["cpu"]),
        memory=highest_held(levels["memory"]),
        disk=highest_held(levels["disk"]),
        gpu=highest_held(levels["gpu"]),
        instances=most_lately(measured.states, end),
    )


def _number(path: Path, line: int, row: Mapping[str, str], column: str) -> float | None:
    value = row.get(column)
    if not value:
        return None
    try:
        read = float(value)
    except ValueError:
        read = nan
    if not isfinite(read):
        raise InvalidData(f"{path.name} line {line}: {column} is {value!r}; give a number.")
    return read


def _whole(path: Path, line: int, row: Mapping[str, str], column: str) -> int | None:
    read = _number(path, line, row, column)
    return None if read is None else int(read)
