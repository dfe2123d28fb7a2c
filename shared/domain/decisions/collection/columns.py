"""Columns that held values and suddenly hold none, null or absent: both are written as null."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.collected import ColumnSeen, RowsSeen
from shared.domain.decisions.collection.stream import INPUTS, OUTPUTS, Collecting, Judged
from shared.domain.state import Stream
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_number, spell_time

CHANCE = 1e-6
_ROWS = 20
_TOLD_EACH = 5
SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """A column that was filled in a share of the rows, and in none of the last `rows`."""

    name: str
    share: float
    rows: int
    since: datetime


def judge_columns(stream: Collecting) -> tuple[Judged, ...]:
    """Inputs and outputs of a deployment, where anything is remembered of their columns.

    A column is empty when so many rows without a value would have a chance below one in a million,
    had it been filled as before: (1 - share) to the power of the rows.
    """
    found = []
    for topic, known, rows in (
        (INPUTS, stream.asked, stream.seen.inputs),
        (OUTPUTS, stream.answered, stream.seen.outputs),
    ):
        if known.columns:
            found.append(_judge(stream, topic, known, rows))
    return tuple(found)


def empty_columns(known: Stream, rows: RowsSeen, start: datetime) -> tuple[Empty, ...]:
    """Those that are certainly empty since their last value."""
    found = []
    for name, share in sorted(known.columns.items()):
        seen = rows.columns.get(name, ColumnSeen(filled=0, after=rows.rows))
        if seen.after >= _ROWS and (1.0 - share) ** seen.after <= CHANCE:
            since = seen.last or start
            found.append(Empty(name=name, share=share, rows=seen.after, since=since))
    return tuple(found)


def _judge(stream: Collecting, topic: str, known: Stream, rows: RowsSeen) -> Judged:
    label = f"{topic} columns"
    empty = empty_columns(known, rows, stream.start)
    if not empty:
        sentence = (
            f"Every column of {topic} of {stream.name} that held values still does, as far as "
            f"{spell_number(rows.rows)} rows show."
        )
        finding = stream.finding(Verdict.PASS, "columns_filled", sentence, label)
        return Judged(
            finding=replace(finding, n=rows.rows),
            topic=label,
            deployment=stream.name,
            open=rows.rows < _ROWS,
        )
    names = [one.name for one in empty]
    sentence = (
        f"{spell_list(names)} of {topic} of {stream.name} "
        f"{'holds' if len(names) == 1 else 'hold'} no value any more: "
        + "; ".join(_told(one) for one in empty[:_TOLD_EACH])
        + "."
    )
    finding = stream.finding(Verdict.FAIL, "columns_empty", sentence, label)
    return Judged(
        finding=replace(finding, n=min(one.rows for one in empty), details={"columns": names}),
        topic=label,
        deployment=stream.name,
        alerts=_alerts(stream, topic, label, empty),
    )


def _told(one: Empty) -> str:
    return (
        f"{one.name} had one in {100.0 * one.share:.3g} % of the rows before, in none of "
        f"{spell_number(one.rows)} since {spell_time(one.since)}"
    )


def _alerts(
    stream: Collecting, topic: str, label: str, empty: tuple[Empty, ...]
) -> tuple[Alert, ...]:
    """One a column; one for all where many went at once, which has one cause."""
    groups: list[tuple[str, tuple[Empty, ...]]] = [(one.name, (one,)) for one in empty]
    if len(empty) > _TOLD_EACH:
        groups = [(SEVERAL, empty)]
    return tuple(
        stream.alert(
            AlertKind.DATA_STOPPED,
            label,
            title=(
                f"{stream.model}: {spell_list([one.name for one in group], 3)} of {topic} of "
                f"{stream.name} {'is' if len(group) == 1 else 'are'} suddenly empty"
            ),
            text=(
                f"{'; '.join(_told(one) for one in group[:_TOLD_EACH])}. Rows go on coming. Nulls, "
                "infinities and not-a-number are all collected as null, and so is a column that is "
                "no longer sent."
            ),
            first_step=(
                f"Look whether what fills {group[0].name} was changed or fails since "
                f"{spell_time(min(one.since for one in group))}."
            ),
            since=min(one.since for one in group),
            column=name,
        )
        for name, group in groups
    )
