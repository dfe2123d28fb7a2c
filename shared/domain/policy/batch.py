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
    every: timedelta = timedelta(days=1)
    grace: timedelta = timedelta(hours=2)
    outputs: str | None = None
    learn_from: datetime | None = None
    severity: str = "critical"
    retrain: bool = False
