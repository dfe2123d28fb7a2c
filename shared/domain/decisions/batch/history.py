"""The runs of a batch endpoint in the order they began, whatever order they were listed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared.domain.world import Job

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ENDED = {
    "completed": "completed",
    "finished": "completed",
    "failed": "failed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
LOST = "notresponding"
MEASURED = 20


class RunState(StrEnum):
    """What became of a run."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a batch endpoint; `word` is Azure's for its state.

    `began` is when it started, else when it ended or was first seen; None for one that had ended
    before anybody looked and tells no time. `ran` is how long, where both times are told.
    """

    name: str
    word: str
    state: RunState
    began: datetime | None
    ended: datetime | None = None
    ran: timedelta | None = None
    deployment: str | None = None

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """By when it began, then ended; those of no known time come first."""
        return self.began or _LONG_AGO, self.ended or _LONG_AGO, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The runs of one batch endpoint, oldest first, as they were at the time `at`."""

    runs: tuple[Run, ...]
    at: datetime

    @property
    def success(self) -> Run | None:
        """The completed run that began last."""
        done = [run for run in self.runs if run.state is RunState.COMPLETED]
        return done[-1] if done else None

    @property
    def since_success(self) -> tuple[Run, ...]:
        """The runs that began after the last one that completed; all of them without one."""
        last = self.success
        return self.runs if last is None else self.runs[self.runs.index(last) + 1 :]

    @property
    def unfinished(self) -> tuple[Run, ...]:
        """The runs that are under way or wait."""
        return tuple(run for run in self.runs if run.state is RunState.UNFINISHED)

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        """How long the last completed runs took, shortest first; at most twenty."""
        done = [run for run in self.runs if run.state is RunState.COMPLETED]
        return tuple(sorted([run.ran for run in done if run.ran is not None][-MEASURED:]))


def history_of(
    jobs: Iterable[Job], seen: Mapping[str, datetime | None] | None, at: datetime
) -> tuple[History, dict[str, datetime | None]]:
    """Place each job in time, and remember when those that tell none were first seen.

    `seen` is what is remembered, None at the first look: what had ended by then is of unknown age.
    A clock that runs ahead of ours makes nothing later than now.
    """
    placed: list[Run] = []
    first_seen: dict[str, datetime | None] = {}
    for job in {job.name: job for job in jobs}.values():
        state = _state(job)
        told = job.started or job.ended
        if told is None:
            new = None if seen is None and state is not RunState.UNFINISHED else at
            first_seen[job.name] = told = (seen or {}).get(job.name, new)
        ended = None if state is RunState.UNFINISHED or job.ended is None else min(job.ended, at)
        ran = None
        if job.started is not None and job.ended is not None and job.ended >= job.started:
            ran = job.ended - job.started
        placed.append(
            Run(
                name=job.name,
                word=job.state,
                state=state,
                began=None if told is None else min(told, at),
                ended=ended,
                ran=None if state is RunState.UNFINISHED else ran,
                deployment=job.deployment,
            )
        )
    placed.sort(key=lambda run: run.order)
    return History(runs=tuple(placed), at=at), first_seen


def _state(job: Job) -> RunState:
    return RunState(_ENDED.get(job.state.casefold(), RunState.UNFINISHED.value))
