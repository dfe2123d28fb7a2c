"""What an endpoint answered."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.world import DeploymentHealth, Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEvidence:
    """An endpoint, and what each of its deployments answered in [start, end).

    `health` is None when no source knows the endpoint. `healing` is the same since `healing_since`,
    when an alert last had its reason; it is read while one waits for an end. `logs` holds the
    redacted container logs of deployments with too many errors, `log_problems` why one could not be
    read.
    """

    taken: datetime
    start: datetime
    end: datetime
    endpoint: Endpoint | None = None
    health: dict[str, DeploymentHealth] | None = None
    healing_since: datetime | None = None
    healing: dict[str, DeploymentHealth] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    log_problems: dict[str, str] = field(default_factory=dict)
    problem: str | None = None
