"""What an erasure would take away, and what became of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is kept of a subject: decisions with contents up to a version, payloads, evidence.

    `evidence` is what nobody else rests on. `firing` alerts would end, `promotions` under way be
    forgotten. `elsewhere` counts the decisions of other subjects that name it. `begun` is when an
    erasure began that is not finished, which is then finished instead.
    """

    subject: str
    up_to: int
    decisions: int
    payloads: int
    evidence: int
    firing: int
    promotions: int
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    begun: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What went: `decision` is the hash of the one that says so.

    `waiting` decisions stay as they are until their evidence may go: somebody else put the same
    less than two hours before.
    """

    subject: str
    decision: str
    decisions: int
    payloads: int
    evidence: int
    waiting: int
