"""Runs of batch endpoints, and their rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.world import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """The rows one run wrote between `start` and `end`, profiled in the bins of the baseline.

    `rows` is None when they could not be told, for the `reason` and in the sentence `problem`.
    """

    run: str
    start: datetime
    end: datetime
    rows: int | None = None
    profile: dict[str, Any] | None = None
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutputs:
    """Runs of one deployment not looked at before, and what earlier ones wrote.

    `base` profiles the run whose rows chose the bins; `learnt` those of the runs `names`, the
    first of which is that run.
    """

    deployment: str
    base: dict[str, Any] | None = None
    names: tuple[str, ...] = ()
    learnt: tuple[dict[str, Any], ...] = ()
    runs: tuple[RunRows, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLook:
    """A batch endpoint's jobs, and the rows its last runs wrote where the policy wants them."""

    endpoint: str
    jobs: tuple[Job, ...] = ()
    outputs: tuple[BatchOutputs, ...] = ()
    problem: str | None = None
    outputs_problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEvidence:
    """Every batch endpoint the policy names, as read."""

    taken: datetime
    looks: tuple[BatchLook, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """Who waits for a run: models whose policy names its batch endpoint, a monitor that is known.

    `models` may also be all that have a batch endpoint, when the run does not say which is its;
    `profiling` is the subject whose rows the run counted.
    """

    taken: datetime
    models: tuple[str, ...] = ()
    monitor: str | None = None
    profiling: str | None = None
    problem: str | None = None
