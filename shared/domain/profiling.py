"""A profile that is counted elsewhere: what is to be counted, by whom, and how far it has come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from shared.domain.canonical import content_hash, to_plain
from shared.domain.collected import CollectedFile, LookedWindow
from shared.domain.policy.profiles import Engine, SparkPolicy

Span = tuple[datetime, datetime]
MOST_PARTS = 10_000
"""So many parts one profile may have; of more bytes the parts are larger."""


GIVEN_UP_AFTER = timedelta(days=1)
"""After that a look asks anew, and whatever still counts is waited for no longer."""
_SHARE_OF_TIME = 0.5
"""So much of an instance's time is planned for, since its disk and network are shared."""
_SHARE_OF_MEMORY = 0.25
"""Files are fetched to where they count as memory; so much of it may be theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one instance has: memory in bytes, and seconds until it is stopped."""

    memory: int = 2048 << 20
    seconds: float = 600.0

    @property
    def most_bytes(self) -> int:
        """So many bytes of files it may fetch for one question."""
        return int(self.memory * _SHARE_OF_MEMORY)

    @property
    def most_seconds(self) -> float:
        """So long one question may take."""
        return self.seconds * _SHARE_OF_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilingOrder:
    """Rows of files, to be counted between ascending `cuts` in the bins of a model's baseline.

    There is a profile for each piece between two cuts, of the `inputs` and of the `outputs`; a
    window is the sum of its pieces. `engine` is Spark, or the function itself, part by part. The
    same files, cuts and baseline are the same order, whenever it is asked for.
    """

    model: str
    version: str
    baseline_hash: str
    engine: Engine
    cuts: tuple[datetime, ...]
    inputs: tuple[CollectedFile, ...]
    outputs: tuple[CollectedFile, ...] = ()
    part_bytes: int = 0
    spark: SparkPolicy | None = None

    @property
    def id(self) -> str:
        """Twenty letters that stand for all of it."""
        return content_hash(to_plain(self))[:20]

    @property
    def pieces(self) -> list[tuple[datetime, datetime]]:
        """The spans between two cuts, in order."""
        return list(pairwise(self.cuts))

    @property
    def bytes(self) -> int:
        """How much there is to read."""
        return sum(file.bytes for file in (*self.inputs, *self.outputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilingPart:
    """Some files of an order that are counted together; `of_outputs` says on which side."""

    number: int
    files: tuple[CollectedFile, ...]
    of_outputs: bool = False


def parts_of(order: ProfilingOrder) -> list[ProfilingPart]:
    """Neighbouring files in parts of at most `part_bytes` each; a larger file is one alone.

    Always the same for the same order.
    """
    most = max(order.part_bytes, -(-order.bytes // MOST_PARTS))
    groups = [(group, False) for group in _groups(order.inputs, most)]
    groups += [(group, True) for group in _groups(order.outputs, most)]
    return [
        ProfilingPart(number=number, files=files, of_outputs=of_outputs)
        for number, (files, of_outputs) in enumerate(groups)
    ]


def _groups(files: Sequence[CollectedFile], most: int) -> Iterator[tuple[CollectedFile, ...]]:
    held: list[CollectedFile] = []
    size = 0
    for file in files:
        if held and size + file.bytes > most:
            yield tuple(held)
            held, size = [], 0
        held.append(file)
        size += file.bytes
    if held:
        yield tuple(held)


class ProfilingPhase(StrEnum):
    """Where the counting of an order stands; the last two are its ends."""

    WANTED = "wanted"
    RUNNING = "running"
    MADE = "made"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come of it."""
        return self in {ProfilingPhase.WANTED, ProfilingPhase.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiling:
    """One order from its request to its profile.

    `order` is its id, `size` spells what it holds; `wanted` tells this counting of it from one that
    was asked for before. Spark's `job` is that of the try with the number `attempt`. Of `parts`,
    those whose bit is set in `done` (hexadecimal) have been counted. It `changed` last when
    something came of it; `because` says why it stands where it does.
    """

    order: str
    engine: Engine
    phase: ProfilingPhase
    size: str
    asked: datetime
    changed: datetime
    attempt: int = 1
    job: str | None = None
    wanted: str = ""
    parts: int = 0
    done: str = "0"
    because: str = ""

    @property
    def counted(self) -> frozenset[int]:
        """The numbers of the parts that were counted."""
        return bits(self.done)

    @property
    def left(self) -> frozenset[int]:
        """The numbers of those that were not."""
        return frozenset(range(self.parts)) - self.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilingWatch:
    """What is being counted for a model, and the last orders that ended, oldest first."""

    profilings: tuple[Profiling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedProfile:
    """The profile that a model's look for drift waits for: the check was `due` then.

    `told` is the sentence that chose its engine. `looked` is what was new of the windows then: the
    order has but the files that are counted, by which nothing can be said of others.
    """

    order: str
    due: datetime
    asked: datetime
    told: str
    looked: tuple[LookedWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """Which engine counts, `in_parts` where it is the function side by side, and why."""

    engine: Engine
    sentence: str
    in_parts: bool = False
    details: dict[str, float] = field(default_factory=dict)


def bits(text: str) -> frozenset[int]:
    """The numbers whose bit is set.

    >>> sorted(bits("b"))
    [0, 1, 3]
    """
    value = int(text, 16)
    return frozenset(at for at in range(value.bit_length()) if value >> at & 1)


def with_bits(text: str, numbers: Iterable[int]) -> str:
    """The same with these set as well.

    >>> with_bits("1", [1, 3])
    'b'
    """
    value = int(text, 16)
    for number in numbers:
        value |= 1 << number
    return f"{value:x}"


def without_bits(text: str, numbers: Iterable[int]) -> str:
    """The same with these not set.

    >>> without_bits("b", [1])
    '9'
    """
    value = int(text, 16)
    for number in numbers:
        value &= ~(1 << number)
    return f"{value:x}"


def profile_name(order: str, what: str) -> str:
    """Under which name a piece of an order is kept among the profiles."""
    return f"profiling/{order}/{what}"
