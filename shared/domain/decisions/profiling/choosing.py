"""Which engine counts: the policy's, or the one that the size of the rows asks for."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from shared.domain.collected import CollectedFile
from shared.domain.policy.profiles import Engine, ProfilesPolicy
from shared.domain.profiling import Capacity, EngineChoice
from shared.domain.wording import spell_bytes, spell_number, spell_seconds
from shared.errors import InvalidData

_RATES = {".parquet": 100e6, ".csv": 37e6}
_RATE = 10e6
"""Bytes a second, by the ending; JSON Lines and what else there may be.

A third of what one core counts (`benchmarks/big_profile.py`), for fetching them and slower cores.
"""
_SMALLEST_PART = 16_000_000


def choose_engine(
    profiles: ProfilesPolicy, files: Sequence[CollectedFile], capacity: Capacity
) -> EngineChoice:
    """The engine for rows of these files, which may hold more than the window asked for.

    The function counts in one piece what it can read within its memory and half of its time. More
    is a Spark job's where the policy names a Spark, else its own in parts. Where there is no file
    no job is started, whatever the policy says.
    Raises InvalidData where nothing that the policy allows can count a file.
    """
    size = sum(file.bytes for file in files)
    seconds = sum(seconds_of(file) for file in files)
    one = len(files) == 1
    told = f"{'1 file' if one else f'{spell_number(len(files))} files'} of {spell_bytes(size)}"
    counted = f"{told} {'is' if one else 'are'} counted"
    details = {"files": float(len(files)), "bytes": float(size), "seconds": round(seconds, 3)}
    if profiles.engine is Engine.LOG_ANALYTICS or (
        profiles.engine is Engine.AUTO and profiles.table is not None
    ):
        return EngineChoice(
            engine=Engine.LOG_ANALYTICS,
            sentence=(
                f"The rows lie in the table {profiles.table} of Log Analytics and are counted "
                "there; no row leaves it, only counts and a few values that are new."
            ),
            details=details,
        )
    if profiles.engine is Engine.SPARK and files:
        return EngineChoice(
            engine=Engine.SPARK,
            sentence=f"{counted} by a Spark job, as the policy asks.",
            details=details,
        )
    if size <= capacity.most_bytes and seconds <= capacity.most_seconds:
        return EngineChoice(
            engine=Engine.LOCAL,
            sentence=(
                f"{counted} by the function itself: that takes about {spell_seconds(seconds)}, and "
                f"it plans for {spell_seconds(capacity.most_seconds)} and "
                f"{spell_bytes(capacity.most_bytes)}."
            ),
            details=details,
        )
    much = (
        f"{told} would take the function about {spell_seconds(seconds)} in one piece; it plans for "
        f"{spell_seconds(capacity.most_seconds)} and {spell_bytes(capacity.most_bytes)}"
    )
    if profiles.engine is Engine.AUTO and profiles.spark is not None:
        return EngineChoice(
            engine=Engine.SPARK,
            sentence=f"{much}, so a Spark job counts {'it' if one else 'them'}.",
            details=details,
        )
    _refuse_too_large(files, capacity)
    return EngineChoice(
        engine=Engine.LOCAL,
        sentence=f"{much}, so they are counted in parts, side by side.",
        in_parts=True,
        details=details,
    )


def seconds_of(file: CollectedFile) -> float:
    """About how long one core takes to count a file."""
    return file.bytes / _RATES.get(PurePosixPath(file.place).suffix.lower(), _RATE)


def part_bytes(capacity: Capacity) -> int:
    """How large a part may be, so that four of them side by side fit into an instance."""
    most = min(capacity.most_bytes, int(capacity.most_seconds * _RATE))
    return max(min(_SMALLEST_PART, most), most // 4)


def _refuse_too_large(files: Sequence[CollectedFile], capacity: Capacity) -> None:
    for file in files:
        seconds = seconds_of(file)
        if file.bytes > capacity.most_bytes:
            most = f"more than one instance can count ({spell_bytes(capacity.most_bytes)})"
        elif seconds > capacity.most_seconds:
            most = (
                f"which would take the function about {spell_seconds(seconds)} of the "
                f"{spell_seconds(capacity.most_seconds)} that it plans for"
            )
        else:
            continue
        raise InvalidData(
            f"{file.place} has {spell_bytes(file.bytes)}, {most}; write "
            "`engine: spark` in `profiles`, or have smaller files written."
        )
