"""What is scored lately is like what the version was trained on."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.waiting import time_to
from shared.domain.evidence.promotion import DriftReading
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_list, spell_number, spell_time
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.statistics import ColumnComparison, Comparison

_TOLD = 3
_BEFORE = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)


def judge_drift(case: Case) -> tuple[Judged, ...]:
    """Every input's rows of the window against the candidate's training data, by PSI.

    The verdict is that of the worst column, with the drift check's own statistics and confidence:
    a column fails when even the lower end of its index lies above the limit. Columns of the
    training data that the signature does not name, such as the label, are not asked for; without
    a signature, those that nobody collects. What is missing to judge is said: a baseline, rows, or
    how many rows more.
    """
    gate, thing = case.gates.drift, f"model/{case.candidate.name}"
    what = f"what is scored lately of {case.candidate.name}"
    reading = case.evidence.drift
    ended = unusable(case, Rule.DRIFT_GATE, thing, reading, gate, what)
    if ended is not None or reading is None:
        return () if ended is None else (ended,)
    if case.at - reading.end > gate.max_age:
        sentence = (
            f"The rows end {spell_time(reading.end)}, {spell_duration(case.at - reading.end)} ago; "
            f"at most {spell_duration(gate.max_age)} is allowed."
        )
        return (_open(case, "stale", sentence, case.at + AGAIN),)
    if reading.baseline is None:
        data = case.candidate.training_data or case.policy.training_data
        why = (
            "name its `training_data` in the policy or a tag, so that it can be profiled"
            if data is None
            else f"{data} is profiled once its registration is judged, where it can be read"
        )
        sentence = (
            f"{case.named} has no stored profile of its training data to compare with; {why}."
        )
        return (_open(case, "no_baseline", sentence, None),)
    if reading.window is None:
        sentence = (
            f"No rows of {case.candidate.name} are collected anywhere, so {case.named} cannot be "
            "compared with what is scored; switch on the data collector of its deployments."
        )
        return (_open(case, "not_collected", sentence, None),)
    return (_compared(case, reading),)


def _compared(case: Case, reading: DriftReading) -> Judged:
    from shared.statistics import Profile, compare

    drift, limit = case.policy.drift, case.gates.drift.limit
    try:
        base = Profile.from_json(reading.baseline or {})
        limits = {
            name: drift.limits.get(name, drift.limit) if limit is None else limit
            for name in base.columns
        }
        comparison = compare(
            base,
            Profile.from_json(reading.window or {}),
            limits={"psi": limits},
            confidence=drift.confidence,
            shown=case.policy.privacy.shown,
        )
    except InvalidData as problem:
        return Judged(
            finding=_finding(case, Verdict.ERROR, "cannot_compare", str(problem)),
            look_again=case.at + AGAIN,
        )
    if not comparison.rows_window:
        sentence = (
            f"No row was scored {_span(reading)}, so {case.named} cannot be compared with "
            "what is scored."
        )
        return _open(case, "no_rows", sentence, case.at + AGAIN)
    return _worst(case, reading, comparison, _asked(case, comparison))


def _asked(case: Case, comparison: "Comparison") -> "list[ColumnComparison]":
    """The columns that are judged, the worst first."""
    from shared.statistics import Reason

    inputs = {column.name for column in case.candidate.inputs}
    columns = [
        one
        for one in comparison.columns
        if (one.name in inputs if inputs else one.reason is not Reason.COLUMN_MISSING)
    ]
    return sorted(columns, key=lambda one: (_BEFORE.index(one.verdict), -_index(one), one.name))


def _index(column: "ColumnComparison") -> float:
    """The column's index; that of one that is missing or of another type is beyond any."""
    psi = column.distances.get("psi")
    return float("inf") if psi is None else psi.estimate


def _worst(
    case: Case,
    reading: DriftReading,
    comparison: "Comparison",
    columns: "list[ColumnComparison]",
) -> Judged:
    left_out = {one.name for one in comparison.columns} - {one.name for one in columns}
    if not columns:
        sentence = (
            f"None of the columns {case.named} was trained on is among what is scored "
            f"({_names(left_out)}); collect its inputs by their names."
        )
        return _open(case, "no_columns", sentence, None)
    worst = columns[0]
    alike = [one for one in columns if one.verdict is worst.verdict]
    told = " ".join(one.sentence for one in alike[:_TOLD])
    rows = f"{spell_number(comparison.rows_window)} rows {_span(reading)}"
    counted = f"{len(alike)} of {len(columns)} columns"
    psi = worst.distances.get("psi")
    needed = None if psi is None else psi.n_needed
    again = None
    if worst.verdict is Verdict.PASS:
        sentence = f"What is scored is like what {case.named} was trained on ({rows}). {told}"
    elif worst.verdict is Verdict.FAIL:
        sentence = f"{counted} are not like what {case.named} was trained on ({rows}). {told}"
    else:
        wait = _wait(reading, comparison, needed)
        again = case.at + AGAIN if wait else None
        sentence = f"{counted} cannot be told yet for {case.named} ({rows}). {told}{wait}"
    if left_out:
        sentence += f" Not asked for: {_names(left_out)}."
    finding = Finding(
        rule=Rule.DRIFT_GATE,
        thing=f"model/{case.candidate.name}",
        verdict=worst.verdict,
        reason=str(worst.reason),
        sentence=sentence,
        statistic=None if psi is None else "psi",
        estimate=None if psi is None else psi.estimate,
        low=None if psi is None else psi.low,
        high=None if psi is None else psi.high,
        limit=None if psi is None else psi.limit,
        n=comparison.rows_window,
        n_needed=needed,
        details={"columns": [one.name for one in alike]},
    )
    return Judged(finding=finding, look_again=again)


def _wait(reading: DriftReading, comparison: "Comparison", needed: float | None) -> str:
    """Over how long rows enough come for the worst column; empty where rows would not help."""
    if needed is None or needed <= comparison.rows_window:
        return ""
    span = reading.end - reading.start
    more = time_to(comparison.rows_window, needed, span)
    if more is None:
        return " So many do not come at this rate."
    days = -(-(span + more) // timedelta(days=1))
    return f" At this rate so many come in {days} d; `gates.drift.window` may be set to that."


def _span(reading: DriftReading) -> str:
    return f"from {spell_time(reading.start)} to {spell_time(reading.end)}"


def _names(names: Collection[str]) -> str:
    return spell_list(sorted(names))


def _open(case: Case, reason: str, sentence: str, again: datetime | None) -> Judged:
    finding = _finding(case, Verdict.INCONCLUSIVE, reason, sentence)
    return Judged(finding=finding, look_again=again)


def _finding(case: Case, verdict: Verdict, reason: str, sentence: str) -> Finding:
    return Finding(
        rule=Rule.DRIFT_GATE,
        thing=f"model/{case.candidate.name}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
