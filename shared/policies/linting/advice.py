"""One thing that somebody should look at in a file."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """Whether it cannot work, or works and is hardly meant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is wrong in `file`, in a sentence that names the key and the fix."""

    file: str
    weight: Weight
    sentence: str
