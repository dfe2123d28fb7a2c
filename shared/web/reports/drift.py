"""The report of `driftgate drift`: one HTML file that a person likes to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time
from shared.statistics import ColumnComparison, Comparison, Distance
from shared.statistics.distances.registry import DISTANCES
from shared.statistics.history import History, Look
from shared.statistics.multivariate import MultivariateDrift
from shared.statistics.quality import QualityFinding
from shared.web.reports.charts import (
    HEIGHT,
    WIDTH,
    Band,
    Point,
    band,
    evidence_line,
    scale_top,
    share_of,
)
from shared.web.reports.page import render

_ORDER = (Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
_WORDS = {
    Verdict.ERROR: "could not be judged",
    Verdict.FAIL: "beyond the limit",
    Verdict.INCONCLUSIVE: "undecided",
    Verdict.PASS: "within the limit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column as the report shows it; positions are percent of the scale."""

    column: ColumnComparison
    psi: Distance | None
    low: float
    high: float
    estimate: float
    widest: float
    distances: tuple[tuple[str, Distance], ...]
    history: Band | None
    verdicts: tuple[str, ...]


def drift_report(
    comparison: Comparison,
    history: History | None,
    quality: Sequence[QualityFinding] = (),
    together: MultivariateDrift | None = None,
    *,
    baseline: str,
    window: str,
) -> str:
    """Verdicts, intervals against the limit, each column's two distributions and its history.

    After an alarm the numbers are those of the rows of after the change began.
    """
    since = ""
    if history is not None and history.alarm is not None:
        comparison = history.alarm.since
        since = f"from window {history.alarm.began + 1} on"
    ordered = sorted(
        comparison.columns, key=lambda column: (_ORDER.index(column.verdict), -_size(column))
    )
    indices = [psi for psi in (_psi(column) for column in ordered) if psi is not None]
    limit = max((psi.limit or 0.0 for psi in indices), default=0.0)
    top = scale_top(limit, [psi.high for psi in indices])
    looks = history.looks if history is not None else ()
    line, dots = evidence_line(
        [look.watch.evidence - look.watch.threshold for look in looks if look.watch is not None]
    )
    return render(
        "drift.html.j2",
        comparison=comparison,
        since=since,
        headline=_headline(comparison),
        baseline=baseline,
        window=window,
        features=[_feature(column, top, looks) for column in ordered],
        top=top,
        limit_at=share_of(limit, top),
        history=history,
        quality=[each for each in quality if each.verdict is not Verdict.PASS],
        checked=len(quality),
        together=together,
        labels=[_label(number, look) for number, look in enumerate(looks)],
        evidence=line,
        evidence_dots=dots,
        width=WIDTH,
        height=HEIGHT,
        number=spell_number,
    )


def _headline(comparison: Comparison) -> str:
    counted = [
        (sum(column.verdict is verdict for column in comparison.columns), _WORDS[verdict])
        for verdict in _ORDER
    ]
    told = [f"{count} {words}" for count, words in counted if count]
    return f"{len(comparison.columns)} columns: {', '.join(told)}."


def _feature(column: ColumnComparison, top: float, looks: Sequence[Look]) -> Feature:
    psi = _psi(column)
    found = [_of(look, column.name) for look in looks]
    points = [
        Point(
            window=number,
            estimate=index.estimate,
            low=index.low,
            high=index.high,
            verdict=one.verdict.value,
        )
        for number, one in enumerate(found)
        for index in [_psi(one)]
        if index is not None
    ]
    limit = psi.limit if psi is not None and psi.limit is not None else 0.0
    return Feature(
        column=column,
        psi=psi,
        low=share_of(psi.low, top) if psi is not None else 0.0,
        high=share_of(psi.high, top) if psi is not None else 0.0,
        estimate=share_of(psi.estimate, top) if psi is not None else 0.0,
        widest=max((max(before, after) for _, before, after in column.bars), default=1.0),
        distances=tuple((DISTANCES[key].title, one) for key, one in column.distances.items()),
        history=band(points, limit, windows=len(looks)) if len(looks) > 1 else None,
        verdicts=tuple(one.verdict.value for one in found),
    )


def _of(look: Look, name: str) -> ColumnComparison:
    return next(column for column in look.comparison.columns if column.name == name)


def _psi(column: ColumnComparison) -> Distance | None:
    return column.distances.get("psi")


def _size(column: ColumnComparison) -> float:
    psi = _psi(column)
    return psi.estimate if psi is not None else float("inf")


def _label(number: int, look: Look) -> str:
    start = look.window.start
    when = f", from {spell_time(start)}" if start is not None else ""
    return f"window {number + 1}{when}, {spell_number(look.window.rows)} rows"
