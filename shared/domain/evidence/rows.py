"""Collected rows and what they were like."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.collected import Joined, LookedWindow, RowsSeen
from shared.domain.profiling import EngineChoice
from shared.domain.world import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedSpan:
    """The rows collected in a span, and how many of the requests' rows each deployment collects.

    `sampling` is per cent by deployment, of inputs and of outputs, as far as it is known.
    `predicted` names the columns of the window that come from the outputs.
    """

    inputs: RowsSeen = field(default_factory=RowsSeen)
    outputs: RowsSeen = field(default_factory=RowsSeen)
    joined: Joined | None = None
    sampling: dict[str, float] = field(default_factory=dict)
    outputs_sampling: dict[str, float] = field(default_factory=dict)
    predicted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEvidence:
    """The profile of the training data and of one window [start, end) of inference data.

    `window` is None when it was judged before and nothing asks to read it again. `calibration` says
    what unchanged windows do; `steps` are the profiles of the periods since the last look that can
    no longer get rows, in order, the last of them ending at `watched_until`. `looked` tells what
    became of the files of this window and of those before it that are not closed, the latest last.
    `collected` counts the rows behind the window. `predictions` is the same look at what the
    model made of its inputs, where the training data knows nothing of that: `began` is since when.
    `engine` chose what counts. Where that is done elsewhere, `ordered` is the order and `parts` how
    many it has; `failed` says why it could not be. `due` is when the check was due whose profile
    was waited for.
    """

    taken: datetime
    start: datetime
    end: datetime
    version: str | None = None
    baseline: dict[str, Any] | None = None
    window: dict[str, Any] | None = None
    calibration: dict[str, Any] | None = None
    steps: tuple[dict[str, Any], ...] = ()
    watched_until: datetime | None = None
    looked: tuple[LookedWindow, ...] = ()
    collected: CollectedSpan | None = None
    predictions: "DriftEvidence | None" = None
    began: datetime | None = None
    engine: EngineChoice | None = None
    ordered: str | None = None
    parts: int = 0
    failed: str | None = None
    due: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentCollected:
    """What one deployment served and collected in a span.

    `requests` were observed while their rows can no longer come late, `since_last` of them after
    its last input row and `hour_left` in the rest of that row's hour; None is what nobody counted
    or asked. Since `steady` input rows came without a gap: `steady_rows` of `steady_requests`.
    `inputs_since` are the input rows after its last output row.
    """

    deployment: Deployment
    inputs: RowsSeen = field(default_factory=RowsSeen)
    outputs: RowsSeen = field(default_factory=RowsSeen)
    joined: Joined | None = None
    requests: int | None = None
    since_last: int | None = None
    hour_left: int | None = None
    steady: datetime | None = None
    steady_rows: int = 0
    steady_requests: int | None = None
    inputs_since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSeen:
    """A table that holds a model's rows: so many `hours` of a span have some, `last` ends the last.

    `requests` were observed meanwhile, of all deployments that carry the model; None is what nobody
    counted.
    """

    name: str
    hours: int = 0
    last: datetime | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEvidence:
    """What the deployments of a model collected in [start, end), late rows being due at `settled`.

    `bodies` names deployments that keep requests' bodies only. `endpoint` is None where it is gone
    or nothing was looked at. Where the rows lie in a `table`, it is looked at and no deployment.
    """

    taken: datetime
    start: datetime
    settled: datetime
    end: datetime
    endpoint: str | None = None
    deployments: tuple[DeploymentCollected, ...] = ()
    bodies: tuple[str, ...] = ()
    table: TableSeen | None = None
    problem: str | None = None
