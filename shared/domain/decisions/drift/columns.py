"""One column of a comparison as a finding and as a line of a notice; limits as statistics want."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.domain.decisions.drift.alarm import DriftSeen, Moved
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_number
from shared.statistics import ColumnComparison, Comparison
from shared.statistics.sequential import size_of

TOLD_IN_FULL = 5
MOST_FOUND = 500
"""Columns of one side with a finding of their own; a decision of thousands could not be shown."""
_WORSE = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAIL)


def limits_of(drift: DriftPolicy, baseline: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The index each column of a baseline's JSON may reach."""
    columns = baseline.get("columns")
    names = list(columns) if isinstance(columns, dict) else []
    return {"psi": {name: drift.limits.get(name, drift.limit) for name in names}}


def column_findings(
    columns: Sequence[ColumnComparison], thing: Callable[[str], str], rest: str
) -> tuple[Finding, ...]:
    """What the comparison says of each column; of very many those that are worst, in their order.

    One finding named `rest` counts the others by verdict: nothing worse than what is told is in it.
    """
    told = set(sorted(range(len(columns)), key=lambda at: _how_bad(columns[at]))[:MOST_FOUND])
    found = [
        column_finding(column, thing(column.name))
        for at, column in enumerate(columns)
        if at in told
    ]
    if len(columns) > MOST_FOUND:
        others = [column.verdict for at, column in enumerate(columns) if at not in told]
        found.append(_not_listed(others, rest))
    return tuple(found)


def _how_bad(column: ColumnComparison) -> tuple[int, float]:
    """Least for the worst: by the verdict, then by how far it moved."""
    psi = column.distances.get("psi")
    moved = psi.estimate / psi.limit if psi is not None and psi.limit else 0.0
    return -_WORSE.index(column.verdict), -moved


def _not_listed(verdicts: Sequence[Verdict], rest: str) -> Finding:
    counted = Counter(verdicts)
    told = ", ".join(f"{counted[one]} {one.value}" for one in reversed(_WORSE) if counted[one])
    return Finding(
        rule=Rule.DRIFT,
        thing=rest,
        verdict=worst(verdicts),
        reason="not_listed",
        sentence=(
            f"{spell_number(len(verdicts))} more columns were compared and are not listed: {told}. "
            "The evidence holds what was counted of each."
        ),
        n=len(verdicts),
    )


def column_finding(column: ColumnComparison, thing: str) -> Finding:
    """What the comparison says of one column."""
    psi = column.distances.get("psi")
    return Finding(
        rule=Rule.DRIFT,
        thing=thing,
        verdict=column.verdict,
        reason=str(column.reason),
        sentence=column.sentence,
        statistic="psi" if psi is not None else None,
        estimate=psi.estimate if psi is not None else None,
        low=psi.low if psi is not None else None,
        high=psi.high if psi is not None else None,
        limit=psi.limit if psi is not None else None,
        n=column.n,
        n_needed=psi.n_needed if psi is not None else None,
        details={"missing": column.missing},
    )


def lines_of(seen: DriftSeen, changed: Comparison) -> str:
    """The columns behind an alarm, each with how it moved, by how much and how sure."""
    by_name = {column.name: column for column in changed.columns}
    return "\n".join(
        _line(moved, by_name[moved.column])
        for moved in seen.moved[:TOLD_IN_FULL]
        if moved.column in by_name
    )


def _line(moved: Moved, column: ColumnComparison) -> str:
    size, psi = size_of(moved.component, column), column.distances.get("psi")
    if not size or psi is None:
        return f"- {moved.column}: {moved.how}; {column.sentence.removeprefix(f'{moved.column}: ')}"
    return (
        f"- {moved.column}: {moved.how}, {size}; "
        f"PSI {psi.estimate:.2f} ({psi.low:.2f} to {psi.high:.2f})."
    )
