"""A feature's drift over time as a chart, and what it shows in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_number, spell_time
from shared.service.history.drift import DriftAlarm, DriftHistory, FeatureSeries
from shared.web.console.charts.axes import Reach
from shared.web.console.charts.marking import Numbered
from shared.web.console.charts.series import Judged, series_chart


def drift_chart(
    feature: FeatureSeries,
    reach: Reach,
    *,
    alarms: Sequence[DriftAlarm] = (),
    marks: Sequence[Numbered] = (),
) -> dict[str, Any] | None:
    """The index with its interval and limit, look by look; None where no look told a number."""
    points = [
        Judged(
            at=point.at,
            estimate=point.estimate,
            verdict=point.verdict,
            low=point.low,
            high=point.high,
            upper_limit=point.limit,
        )
        for point in feature.points
        if point.estimate is not None
    ]
    if not points:
        return None
    return series_chart(
        points,
        reach,
        title="drift index",
        from_zero=True,
        marks=marks,
        alarms=[(one.begun, one.ended or reach.end) for one in alarms],
    )


def told_of(feature: FeatureSeries) -> str:
    """What a feature's chart shows: where it stands, since when, and the worst that it was."""
    name = one_line(feature.name, 80)
    known = [point for point in feature.points if point.estimate is not None]
    if not known:
        return f"No look could tell how far {name} drifted."
    last = known[-1]
    worst = max(known, key=lambda point: point.estimate or 0.0)
    limit = f", limit {spell_number(last.limit)}" if last.limit is not None else ""
    said = f"{name}: {_index(last.estimate, last.low, last.high)}{limit}, {_WORDS[last.verdict]}"
    since = _since(feature)
    if since is not None:
        said += f" since {spell_time(since)}"
    if worst is not last and worst.estimate != last.estimate:
        said += f"; at most {spell_number(worst.estimate)} on {worst.at:%Y-%m-%d}"
    return f"{said}; {feature.looks} look{'' if feature.looks == 1 else 's'}."


_WORDS = {
    Verdict.PASS: "within its limit",
    Verdict.FAIL: "beyond its limit",
    Verdict.INCONCLUSIVE: "not decided",
    Verdict.ERROR: "not read",
}


def _index(estimate: float | None, low: float | None, high: float | None) -> str:
    interval = "" if low is None or high is None else f" ({low:.3g} to {high:.3g})"
    return f"{spell_number(estimate)}{interval}"


def _since(feature: FeatureSeries) -> datetime | None:
    """Since when its verdict is what it is now."""
    last = feature.points[-1].verdict
    since = None
    for point in reversed(feature.points):
        if point.verdict is not last:
            break
        since = point.at
    return since


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The features of a model, those that alarm first: some to be seen at once, then the others."""

    first: tuple[FeatureSeries, ...]
    others: tuple[FeatureSeries, ...]


def ordered(history: DriftHistory, at_once: int) -> Ordered:
    """Those that are beyond their limit now come first; then those that were, as history has it."""
    features = sorted(history.features, key=_stands)
    return Ordered(first=tuple(features[:at_once]), others=tuple(features[at_once:]))


_NOW = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PASS)


def _stands(feature: FeatureSeries) -> tuple[int, float]:
    last = feature.points[-1] if feature.points else None
    if last is None:
        return len(_NOW), 0.0
    reach = (last.estimate or 0.0) / last.limit if last.limit else (last.estimate or 0.0)
    return _NOW.index(last.verdict), -reach
