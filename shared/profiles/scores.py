"""Score profiles from data: scores, labels and predicted classes counted in one pass."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.errors import InvalidData
from shared.profiles.columns import kind_of, make_baseline_column
from shared.profiles.labels import Joined, coverage_of
from shared.profiles.reading import Source, fingerprint, read_parts
from shared.profiles.scoring import class_texts, classes_of, count_errors, count_scores
from shared.profiles.sources.part import Part
from shared.profiles.windowing import part_between, utc
from shared.statistics.profile import ErrorProfile, LabelCoverage, NumericColumn, ScoreProfile

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_SCORE_BINS = 128


class Task(StrEnum):
    """What the model predicts: a probability of one class, or a number."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


def score_profile(
    source: Source | Joined,
    *,
    score: str,
    label: str | None = None,
    prediction: str | None = None,
    positive: str | float | bool | None = None,
    threshold: float | None = None,
    edges: tuple[float, ...] | None = None,
    like: ScoreProfile | ErrorProfile | None = None,
    task: Task | str = Task.CLASSIFICATION,
    time_column: str | None = None,
    label_time: str | None = None,
    as_of: datetime | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> ScoreProfile | ErrorProfile:
    """Count a model's scores by label and predicted class: a ScoreProfile, or an ErrorProfile.

    `source` is what `read_parts` reads, or what `join_labels` returns. `score` names the
    probability of the positive class, or for a regression the predicted number. Bins are those of
    `like`, the given `edges`, or quantiles of these scores, which makes this the baseline.
    `positive` is the label that the score is the probability of; labels 0 and 1, false and true
    need none. The predicted class is the column `prediction`, or score >= `threshold`.
    With `time_column` and `as_of` coverage is told by age, with `label_time` how late labels came;
    `start` and `end` cut a window.
    Raises InvalidData for a column that is absent or of the wrong type, labels of more than two
    values, edges that do not rise, and for a baseline without a usable score.
    """
    task = _task(task, like)
    join = source if isinstance(source, Joined) else None
    if join is not None and label is None:
        label = join.label
    if prediction is not None and threshold is not None:
        raise InvalidData("Give either `prediction` or `threshold`: one of them says the class.")
    if (start is not None or end is not None) and time_column is None:
        raise InvalidData("A window needs `time_column`, the column that holds the rows' times.")
    wanted = [n for n in (score, label, prediction, time_column, label_time) if n is not None]
    tables, unread = _tables(list(join.parts) if join is not None else source, wanted)
    tables = [
        part_between(Part.of(table), time_column, utc(start), utc(end)).table() for table in tables
    ]
    coverage = LabelCoverage() if join is None else join.counts
    for table in tables:
        coverage = coverage + coverage_of(table, label, time_column, label_time, as_of)
    told: dict[str, Any] = {
        "labels": coverage,
        "unread": unread,
        "fingerprint": join.fingerprint if join is not None else fingerprint(source),
    }
    scores = [_numeric(table, score) for table in tables]
    if task is Task.REGRESSION:
        return replace(_regression(tables, scores, label, edges, like), **told)
    texts = [class_texts(table, name) for name in (label, prediction) if name for table in tables]
    negative, yes = classes_of(set().union(*texts), positive, like)
    bins = like.edges if like is not None else _edges(scores, edges, probability=True)[0]
    total = ScoreProfile.empty(bins, yes, negative)
    for table, values in zip(tables, scores, strict=True):
        total = total + count_scores(values, table, label, prediction, threshold, total)
    return replace(total, **told)


def _tables(source: Source, wanted: list[str]) -> "tuple[list[pa.Table], int]":
    """The wanted columns of each part, and how many collected lines hold their rows elsewhere."""
    tables, unread = [], 0
    for part in read_parts(source):
        unread += part.unread.total
        if not (part.names or part.added) and part.unread.total:
            continue
        for name in wanted:
            if name not in part.all_names:
                raise InvalidData(
                    f"There is no column {name}; the columns are {', '.join(part.names)}."
                )
        tables.append(part.table(list(dict.fromkeys(wanted))))
    return tables, unread


def _regression(
    tables: "list[pa.Table]",
    scores: "list[pa.Array]",
    label: str | None,
    edges: tuple[float, ...] | None,
    like: ScoreProfile | ErrorProfile | None,
) -> ErrorProfile:
    if isinstance(like, ErrorProfile):
        total = ErrorProfile.empty(like.edges, like.shift)
    else:
        total = ErrorProfile.empty(*_edges(scores, edges, probability=False))
    for table, values in zip(tables, scores, strict=True):
        truth = None if label is None else _numeric(table, label)
        total = total + count_errors(values, truth, total)
    return total


def _task(task: Task | str, like: ScoreProfile | ErrorProfile | None) -> Task:
    if like is not None:
        return Task.REGRESSION if isinstance(like, ErrorProfile) else Task.CLASSIFICATION
    try:
        return Task(task)
    except ValueError:
        raise InvalidData(f"There is no task {task}; name classification or regression.") from None


def _numeric(table: "pa.Table", name: str) -> "pa.Array":
    values = table.column(name).combine_chunks()
    kind = kind_of(values)
    if kind not in {"numeric", "null"}:
        raise InvalidData(f"{name} is {kind}; a score is a number, so name another column.")
    return values


def _edges(
    scores: list["pa.Array"], edges: tuple[float, ...] | None, *, probability: bool
) -> tuple[tuple[float, ...], float]:
    """The edges and the shift: given ones, or quantiles of the usable scores."""
    import pyarrow as pa

    if edges is not None:
        rising = [float(edge) for edge in edges]
        if not rising or any(not a < b for a, b in pairwise(rising)):
            raise InvalidData("The edges must rise and there must be one at least; sort them.")
        if not np.isfinite(rising).all():
            raise InvalidData("An edge is not finite; the outermost bins are open anyway.")
        return tuple(rising), 0.0
    filled = [part.cast(pa.float64(), safe=False).drop_null() for part in scores]
    values = np.concatenate([part.to_numpy(zero_copy_only=False) for part in filled] or [[]])
    usable = values[(values >= 0) & (values <= 1)] if probability else values[np.isfinite(values)]
    if usable.size == 0:
        raise InvalidData(
            "There is no usable score to take edges from"
            + (" between 0 and 1" if probability else "")
            + "; give data with scores, `edges`, or `like` of a baseline."
        )
    column = make_baseline_column(pa.chunked_array([usable]), bins=DEFAULT_SCORE_BINS, top=0)
    assert isinstance(column, NumericColumn)  # noqa: S101  numbers make a numeric column
    return column.edges, column.shift
