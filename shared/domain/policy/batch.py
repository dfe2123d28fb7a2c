"""Batch endpoints and when their runs are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPolicy:
    """A batch endpoint that scores every so often: a run may come late by `grace`.

    `outputs` names the data asset its rows are written to, which is then watched for drift: each
    run against the first ones since `learn_from`, to be moved on when a change is meant. With
    `retrain` their drift asks for a retraining.
    """

    endpoint: str
    """The batch endpoint, once in a policy."""
    every: timedelta = timedelta(days=1)
    """How often a run is due. 1m or more."""
    grace: timedelta = timedelta(hours=2)
    """How late a run may come."""
    outputs: str | None = None
    """The data asset its rows are written to, which is then watched for drift."""
    learn_from: datetime | None = None
    """The first runs since then are what later ones are compared with; needs `outputs`."""
    severity: str = "critical"
    """How bad it is when a run fails or does not come."""
    retrain: bool = False
    """Whether drift of its outputs asks for a retraining."""
