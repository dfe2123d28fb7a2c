"""What a decision about a profile that is counted elsewhere rests on."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.world import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilingEvidence:
    """How far the counting of an order has come.

    `job` is Spark's as it is now. Of the parts, those in `lost` (bits, hexadecimal) were said to be
    counted and are not there. `made` says that the whole profile lies there. `problem` says what
    could not be read.
    """

    taken: datetime
    order: str | None = None
    job: Job | None = None
    lost: str = "0"
    made: bool = False
    problem: str | None = None
