"""Which runs' rows are to be looked at, and between which times each of them was written."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.decisions.batch.history import History, Run, RunState
from shared.domain.policy import BatchPolicy
from shared.domain.state import BatchWatch

MOST_RUNS = 20
"""Runs whose rows are read in one look; the next look goes on."""
_CLOCKS = timedelta(minutes=1)
_SETTLES = timedelta(minutes=5)
_SECOND = timedelta(seconds=1)
"""Storage tells the time of a writing in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A completed run, and from when to when its files were written.

    `shared_with` names a run that wrote at the same time, so that their files cannot be told
    apart. `followed` says that a later run began, which may have written over them.
    """

    run: Run
    start: datetime
    end: datetime
    shared_with: str | None = None
    followed: bool = False


def watch_from(watch: BatchWatch, policy: BatchPolicy) -> BatchWatch:
    """What is remembered of the rows, forgotten where the policy says to learn them anew."""
    if watch.learn_from == policy.learn_from:
        return watch
    return replace(watch, learn_from=policy.learn_from, judged=(), outputs={})


def spans_of(history: History, watch: BatchWatch) -> tuple[Span, ...]:
    """The completed runs not looked at yet whose time to write is over, in the order they ended."""
    over = [span for span in _unjudged(history, watch) if span.end <= history.at]
    return tuple(over[:MOST_RUNS])


def next_span(history: History, watch: BatchWatch) -> datetime | None:
    """When the next run's time to write is over, None without one that may still write."""
    ends = [span.end for span in _unjudged(history, watch) if span.end > history.at]
    return min(ends, default=None)


def _unjudged(history: History, watch: BatchWatch) -> list[Span]:
    """A run's files are those written while it ran, and five minutes after its end.

    A minute before it began is given to clocks that differ; never any of the time of the runs
    beside it.
    """
    timed = [run for run in history.runs if run.began is not None and run.ran is not None]
    wanted = [
        run
        for run in timed
        if run.state is RunState.COMPLETED
        and run.name not in watch.judged
        and (watch.learn_from is None or run.order[0] >= watch.learn_from)
    ]
    wanted.sort(key=lambda run: (run.ended or history.at, run.name))
    return [_span(run, history) for run in wanted]


def _span(run: Run, history: History) -> Span:
    began, ended = _times(run, history)
    others = [
        (other, *_times(other, history))
        for other in history.runs
        if other.name != run.name and other.began is not None
    ]
    beside = [other.name for other, start, end in others if start < ended and end > began]
    before = max((end for _, _, end in others if end <= began), default=began - _CLOCKS)
    after = min((start for _, start, _ in others if start >= ended), default=ended + _SETTLES)
    return Span(
        run=run,
        start=max(before, began - _CLOCKS),
        end=max(ended + _SECOND, min(after, ended + _SETTLES)),
        shared_with=beside[0] if beside else None,
        followed=any(start >= ended for _, start, _ in others),
    )


def _times(run: Run, history: History) -> tuple[datetime, datetime]:
    """From when to when it may have written; one that is under way still does."""
    began = run.began or history.at
    if run.state is RunState.UNFINISHED:
        return began, history.at
    return began, max(began, run.ended or began)
