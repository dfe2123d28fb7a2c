"""What all gates have in common.

Every gate can block (`enforce`), only tell (`warn`) or not be looked at (`off`), which may be
written in place of its settings: `drift: off`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar


class Enforcement(StrEnum):
    """Whether a gate blocks, only warns, or is not looked at."""

    ENFORCE = "enforce"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The range a metric must lie in; either end may be open."""

    min: float | None = None
    """The least it may be."""
    max: float | None = None
    """The most it may be, not below `min`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate's `mode`, and how old its evidence may be: older is inconclusive."""

    SHORT: ClassVar[str] = "mode"
    mode: Enforcement = Enforcement.ENFORCE
    """`enforce` blocks, `warn` only tells, `off` does not look."""
    max_age: timedelta = timedelta(hours=1)
    """How old the evidence may be; older is inconclusive."""
