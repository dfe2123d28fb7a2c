"""A business figure over time, beside what was expected of it, and what that shows in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.policy import Direction, KpiKind, KpiPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_number, spell_time
from shared.service.history.kpis import KpiSeries
from shared.service.history.points import Point
from shared.web.console.charts.axes import Reach
from shared.web.console.charts.marking import Numbered
from shared.web.console.charts.series import Judged, series_chart

_RELATIVE = "relative_change"


def kpi_chart(
    series: KpiSeries,
    policy: KpiPolicy | None,
    reach: Reach,
    *,
    marks: Sequence[Numbered] = (),
    alarms: Sequence[tuple[datetime, datetime]] = (),
) -> dict[str, Any] | None:
    """What was observed with its interval, what was expected, and how far it may move.

    Without a policy the limit stands below and above. None where no look told a number.
    """
    points = [
        found
        for point in series.window
        if (found := _judged(point, policy, relative=series.statistic == _RELATIVE)) is not None
    ]
    if not points:
        return None
    share = policy is not None and policy.kind is KpiKind.PROPORTION
    return series_chart(
        points,
        reach,
        title="observed, beside what was expected",
        number=".0%" if share else "~s",
        marks=marks,
        alarms=alarms,
    )


def _judged(point: Point, policy: KpiPolicy | None, *, relative: bool) -> Judged | None:
    expected, observed = point.expected, point.observed
    if expected is None or observed is None or point.estimate is None:
        return None

    def moved(change: float | None) -> float | None:
        """The figure that a change from what was expected comes to."""
        if change is None:
            return None
        return expected * (1 + change) if relative else expected + change

    direction = Direction.BOTH if policy is None else policy.direction
    limit = point.limit
    return Judged(
        at=point.at,
        estimate=observed,
        verdict=point.verdict,
        low=moved(point.low),
        high=moved(point.high),
        lower_limit=None if direction is Direction.RISE or limit is None else moved(-limit),
        upper_limit=None if direction is Direction.FALL or limit is None else moved(limit),
        beside=expected,
    )


def told_of(series: KpiSeries) -> str:
    """What a figure's chart shows: the last look in its own words, and since when it is so."""
    name = one_line(series.name, 80)
    if not series.window:
        return f"{name} was not looked at."
    last = series.window[-1]
    if last.observed is None:
        return f"{name} could not be looked at on {spell_time(last.at)}: {last.sentence}"
    said = (
        f"{name}: {spell_number(last.observed)} observed, {spell_number(last.expected)} expected "
        f"({_WORDS[last.verdict]}, {spell_time(last.at)})"
    )
    failed = [point.at for point in series.window if point.verdict is Verdict.FAIL]
    if failed and last.verdict is not Verdict.FAIL:
        said += f"; last beyond its limit on {failed[-1]:%Y-%m-%d}"
    return f"{said}; {series.looks} look{'' if series.looks == 1 else 's'}."


_WORDS = {
    Verdict.PASS: "within its limit",
    Verdict.FAIL: "beyond its limit",
    Verdict.INCONCLUSIVE: "not decided",
    Verdict.ERROR: "not read",
}
