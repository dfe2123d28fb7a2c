"""The health of one endpoint, asked for outside of an event: by a person, on the spot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.decisions.health import Look, decide_health, looks_of, weigh_errors
from shared.domain.event import Check, check_due
from shared.domain.finding import Finding
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict, worst
from shared.errors import NotFound
from shared.ports import Adapters
from shared.service.codec import decode
from shared.service.reactions.health import gather
from shared.service.world import World
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What a look at this moment finds; nothing is kept and nobody is told."""

    endpoint: str
    looks: tuple[Look, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the findings that are enforced."""
        return worst(finding.verdict for finding in self.findings if finding.enforced)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "endpoint": self.endpoint,
            "verdict": self.verdict.value,
            "start": to_plain(self.looks[0].start) if self.looks else None,
            "end": to_plain(self.looks[0].end) if self.looks else None,
            "deployments": [self.row(look) for look in self.looks],
            "findings": to_plain(self.findings),
        }

    def row(self, look: Look) -> dict[str, Any]:
        """One deployment: its answers, its load, its instances and its verdict."""
        own = [f for f in self.findings if f.thing == f"deployment/{look.name}"]
        ready = next((f.estimate for f in own if f.statistic == "instances_ready"), None)
        served = look.served
        errors = weigh_errors(served, look) if served is not None and served.requests else None
        return {
            "deployment": look.name,
            "model": look.deployment.model,
            "version": look.deployment.version,
            "share": look.share,
            "verdict": worst(f.verdict for f in own if f.enforced).value,
            "served": to_plain(served),
            "error_rate": None if errors is None else errors.estimate,
            "error_rate_low": None if errors is None else errors.low,
            "error_rate_high": None if errors is None else errors.high,
            "load": to_plain(look.load),
            "instances_ready": None if ready is None else int(ready),
            "instances": look.deployment.instances,
        }


def look_at_health(
    adapters: Adapters, settings: Settings, endpoint: str, now: datetime
) -> HealthReport:
    """Read and judge as the timer's check would at this moment.

    Raises NotFound, NoPermission, InvalidPolicy, Unavailable.
    """
    subject = f"endpoint/{endpoint}"
    event = check_due(Check.HEALTH, subject, now)
    policy = adapters.policies.for_endpoint(endpoint)
    state = decode(adapters.ledger.state(subject).state, SubjectState)
    evidence = gather(event, policy, state, World.of(adapters, settings), now)
    if evidence.endpoint is None:
        raise NotFound(evidence.problem or f"There is no endpoint {endpoint}.")
    outcome = decide_health(event, evidence, policy, state, now)
    return HealthReport(
        endpoint=endpoint, looks=looks_of(evidence, policy, state), findings=outcome.findings
    )
