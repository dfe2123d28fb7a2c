"""An endpoint and the requests to it."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.people.intent import Intent
from shared.domain.world import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingEvidence:
    """An endpoint as read, and the requests seen since `observed_since`, by deployment.

    `requests` is None when nothing is logged, which is not the same as no requests;
    `requests_problem` says why they could not be counted. `gone` says that the workspace was read
    and lists no such endpoint. `logs` has the redacted container logs of deployments that failed or
    are stuck, `log_problems` one sentence for each that could not be read. `plans` are the steps of
    rollouts at it, which are meant to be as if people had said so.
    """

    taken: datetime
    endpoint: Endpoint | None = None
    requests: dict[str, int] | None = None
    observed_since: datetime | None = None
    requests_problem: str | None = None
    gone: bool = False
    problem: str | None = None
    logs: dict[str, str] = field(default_factory=dict)
    log_problems: dict[str, str] = field(default_factory=dict)
    plans: tuple[Intent, ...] = ()
