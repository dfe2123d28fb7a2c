"""A finding with its numbers where it stands in time: a point of a chart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.verdict import Verdict
from shared.domain.wording import one_line
from shared.service.history.spans import Decision, finite
from shared.service.history.thinning import MOST_POINTS, thin

_SENTENCE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one look found: `estimate` in the interval `low` to `high`, against `limit`.

    None is what the look could not tell, or an interval without bound. `expected` and `observed`
    are a KPI's own values, `evidence` that of a watch, which adds up until it is an alarm.
    `enforced` is False for what was told and decided nothing. `sentence` may hold what others
    wrote.
    """

    at: datetime
    verdict: Verdict
    reason: str
    sentence: str
    decision: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    n: float | None = None
    n_needed: float | None = None
    enforced: bool = True
    expected: float | None = None
    observed: float | None = None
    evidence: float | None = None


def point_of(decision: Decision, finding: Any, at: datetime) -> Point:
    """A finding as a point at the time its look was made for."""
    details = finding.get("details") or {}
    return Point(
        at=at,
        verdict=Verdict(finding["verdict"]),
        reason=str(finding["reason"]),
        sentence=str(finding["sentence"]),
        decision=str(decision["hash"]),
        estimate=finite(finding.get("estimate")),
        low=finite(finding.get("low")),
        high=finite(finding.get("high")),
        limit=finite(finding.get("limit")),
        n=finite(finding.get("n")),
        n_needed=finite(finding.get("n_needed")),
        enforced=bool(finding.get("enforced", True)),
        expected=finite(details.get("expected")),
        observed=finite(details.get("observed")),
        evidence=finite(details.get("evidence")),
    )


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> tuple[Point, ...]:
    """So many points at the most, in the order of their times; see `thin` for which."""
    ordered = sorted(points, key=lambda point: (point.at, point.decision))
    kept = thin(ordered, lambda point: point.estimate, lambda point: point.verdict, most)
    return tuple(replace(one, sentence=one_line(one.sentence, _SENTENCE)) for one in kept)
