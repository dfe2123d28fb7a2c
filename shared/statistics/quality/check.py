"""Everything that is looked at in the rows of one window beside their distributions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_number, spell_time
from shared.statistics.profile import CategoricalColumn, Column, NumericColumn, Profile
from shared.statistics.quality.finding import QualityCheck, QualityFinding
from shared.statistics.quality.shares import against, exact_interval, rise


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLimits:
    """How much worse than the baseline a window may be, as shares of its rows.

    `ranges` gives a column the least and the largest value it may have; `age` is how old the
    newest row may be, `least_rows` how many rows a window must have.
    """

    nulls: float = 0.05
    outside: float = 0.01
    unseen: float = 0.01
    infinite: float = 0.0
    duplicates: float = 0.01
    ranges: Mapping[str, tuple[float, float]] | None = None
    age: timedelta | None = None
    least_rows: int | None = None


def check_quality(
    base: Profile,
    win: Profile,
    limits: QualityLimits | None = None,
    *,
    repeated: int | None = None,
    newest: datetime | None = None,
    now: datetime | None = None,
    confidence: float = 0.95,
) -> tuple[QualityFinding, ...]:
    """Findings column by column, then those of whole rows; each with its own verdict.

    `repeated` counts the window's rows that another row repeats; `newest` is the time of its last
    row and `now` when that is looked at. What was not counted is not judged.
    """
    kept = limits or QualityLimits()
    found: list[QualityFinding] = []
    for name, column in base.columns.items():
        if name in win.problems:
            found.append(
                QualityFinding(
                    check=QualityCheck.TYPE,
                    column=name,
                    verdict=Verdict.FAIL,
                    sentence=f"{name} {win.problems[name]}.",
                    n=win.rows,
                )
            )
        elif win.rows:
            found.extend(_of_column(name, column, win.columns[name], kept, confidence))
    found.extend(_of_rows(win, kept, repeated, newest, now, confidence))
    return tuple(found)


def _of_column(
    name: str, before: Column, after: Column, limits: QualityLimits, confidence: float
) -> Iterator[QualityFinding]:
    def risen(check: QualityCheck, now: int, then: int, limit: float, what: str) -> QualityFinding:
        estimate, low, high = rise(now, after.n, then, before.n, confidence)
        return QualityFinding(
            check=check,
            column=name,
            verdict=against(low, high, limit),
            sentence=(
                f"{name}: {now / after.n:.1%} of {after.n} rows {what}, "
                f"{then / max(before.n, 1):.1%} in the baseline: {100 * estimate:+.1f} points "
                f"({100 * low:+.1f} to {100 * high:+.1f}), limit {100 * limit:g}."
            ),
            n=after.n,
            estimate=estimate,
            low=low,
            high=high,
            limit=limit,
        )

    yield risen(QualityCheck.NULLS, after.missing, before.missing, limits.nulls, "have no value")
    if isinstance(before, NumericColumn) and isinstance(after, NumericColumn):
        if before.minimum is not None:
            beyond = int(after.counts[0] + after.counts[-1])
            yield risen(
                QualityCheck.OUTSIDE, beyond, 0, limits.outside, "lie outside the baseline's range"
            )
        if after.above + after.below or before.above + before.below:
            yield risen(
                QualityCheck.INFINITE,
                after.above + after.below,
                before.above + before.below,
                limits.infinite,
                "are infinite",
            )
        if limits.ranges and name in limits.ranges:
            yield _range(name, after, limits.ranges[name])
    if isinstance(before, CategoricalColumn) and isinstance(after, CategoricalColumn):
        examples = f" (such as {', '.join(after.examples)})" if after.examples else ""
        yield risen(
            QualityCheck.UNSEEN,
            after.unseen,
            before.singletons,
            limits.unseen,
            f"have a value the baseline never had{examples}",
        )


def _range(name: str, after: NumericColumn, allowed: tuple[float, float]) -> QualityFinding:
    least, largest = allowed
    told = []
    if after.below or (after.minimum is not None and after.minimum < least):
        told.append(f"its smallest value is {spell_number(after.minimum)}, below {least:g}")
    if after.above or (after.maximum is not None and after.maximum > largest):
        told.append(f"its largest value is {spell_number(after.maximum)}, above {largest:g}")
    sentence = "; ".join(told) or f"all values lie from {least:g} to {largest:g}"
    return QualityFinding(
        check=QualityCheck.RANGE,
        column=name,
        verdict=Verdict.FAIL if told else Verdict.PASS,
        sentence=f"{name}: {sentence}.",
        n=after.n,
    )


def _of_rows(
    win: Profile,
    limits: QualityLimits,
    repeated: int | None,
    newest: datetime | None,
    now: datetime | None,
    confidence: float,
) -> Iterator[QualityFinding]:
    if repeated is not None and win.rows:
        low, high = exact_interval(repeated, win.rows, confidence)
        share = repeated / win.rows
        yield QualityFinding(
            check=QualityCheck.DUPLICATES,
            column=None,
            verdict=against(low, high, limits.duplicates),
            sentence=(
                f"{repeated} of {win.rows} rows repeat another one: {share:.1%} "
                f"({low:.1%} to {high:.1%}), limit {limits.duplicates:.1%}."
            ),
            n=win.rows,
            estimate=share,
            low=low,
            high=high,
            limit=limits.duplicates,
        )
    if limits.age is not None and now is not None:
        yield _freshness(win, limits.age, newest, now)
    if limits.least_rows is not None:
        enough = win.rows >= limits.least_rows
        yield QualityFinding(
            check=QualityCheck.VOLUME,
            column=None,
            verdict=Verdict.PASS if enough else Verdict.FAIL,
            sentence=(
                f"The window has {win.rows} rows; at least {limits.least_rows} are expected."
            ),
            n=win.rows,
            estimate=float(win.rows),
            limit=float(limits.least_rows),
        )


def _freshness(
    win: Profile, age: timedelta, newest: datetime | None, now: datetime
) -> QualityFinding:
    if newest is None:
        verdict, sentence = Verdict.FAIL, "No row has a time, so nothing new is known to arrive."
    else:
        verdict = Verdict.PASS if now - newest <= age else Verdict.FAIL
        sentence = (
            f"The newest row is of {spell_time(newest)}, {spell_duration(now - newest)} old; "
            f"{spell_duration(age)} are allowed."
        )
    return QualityFinding(
        check=QualityCheck.FRESHNESS, column=None, verdict=verdict, sentence=sentence, n=win.rows
    )
