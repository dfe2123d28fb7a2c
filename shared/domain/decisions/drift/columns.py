"""One column of a comparison as a finding and as a line of a notice; limits as statistics want."""

from collections.abc import Mapping
from typing import Any

from shared.domain.decisions.drift.alarm import DriftSeen, Moved
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy
from shared.statistics import ColumnComparison, Comparison
from shared.statistics.sequential import size_of

TOLD_IN_FULL = 5


def limits_of(drift: DriftPolicy, baseline: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The index each column of a baseline's JSON may reach."""
    columns = baseline.get("columns")
    names = list(columns) if isinstance(columns, dict) else []
    return {"psi": {name: drift.limits.get(name, drift.limit) for name in names}}


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
