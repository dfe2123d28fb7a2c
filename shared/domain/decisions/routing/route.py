"""What is deployed, declared, mirrored, observed and intended, joined for one deployment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.evidence import RoutingEvidence
from shared.domain.finding import Finding
from shared.domain.people.intent import Intent
from shared.domain.policy import RoutingPolicy
from shared.domain.state import DeploymentWatch
from shared.domain.world import Deployment, Endpoint

SUCCEEDED = "succeeded"
FAILED = frozenset({"failed", "canceled", "cancelled"})
OF_DEPLOYMENTS = frozenset(
    {
        AlertKind.NO_TRAFFIC,
        AlertKind.DEPLOYMENT_FAILED,
        AlertKind.DEPLOYMENT_STUCK,
        AlertKind.TRAFFIC_TO_DELETING,
        AlertKind.MIRROR_ONLY,
        AlertKind.FORGOTTEN_DEPLOYMENT,
        AlertKind.NOT_OBSERVED,
        AlertKind.CALLED_BY_HEADER,
    }
)
ALL_KINDS = OF_DEPLOYMENTS | {
    AlertKind.UNPLANNED_CHANGE,
    AlertKind.TRAFFIC_TO_MISSING,
    AlertKind.SHARES_IMPOSSIBLE,
    AlertKind.ENDPOINT_FAILED,
    AlertKind.ENDPOINT_STUCK,
}
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One deployment of `endpoint` at the time `at`.

    `share` and `mirrored` are declared per cent, `observed` counts requests since the shares were
    last changed, None when nobody counts them. `intents` are those that speak of it. `log` is what
    its container wrote, None when nobody looked; `log_problem` why it could not be read.
    """

    endpoint: str
    deployment: Deployment
    share: float
    mirrored: float
    observed: int | None
    watch: DeploymentWatch
    intents: tuple[Intent, ...]
    at: datetime
    log: str | None = None
    log_problem: str | None = None

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.deployment.name

    @property
    def state(self) -> str:
        """Azure's word for its provisioning, in lower case."""
        return self.deployment.provisioning_state.casefold()

    @property
    def labels(self) -> dict[str, str]:
        """What its alerts are known by."""
        return {"endpoint": self.endpoint, "deployment": self.name}

    @property
    def model(self) -> str | None:
        """The model version it carries, as `name:version`, as far as it is known."""
        return model_of(self.deployment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a rule concluded; `look_again` is when it will know more.

    `undecided` are the kinds of alerts on the same thing that it cannot tell about, so that none
    of them may end by this look.
    """

    finding: Finding
    alerts: tuple[Alert, ...] = ()
    look_again: datetime | None = None
    undecided: frozenset[AlertKind] = frozenset()


def is_unfinished(provisioning_state: str) -> bool:
    """Whether a resource is neither complete nor failed: a word nobody knows is no success."""
    state = provisioning_state.casefold()
    return state != SUCCEEDED and state not in FAILED


def model_of(deployment: Deployment) -> str | None:
    """The model version a deployment carries, as `name:version`."""
    if deployment.model is None:
        return None
    return f"{deployment.model}:{deployment.version}"


def routes(
    endpoint: Endpoint,
    watches: dict[str, DeploymentWatch],
    intents: Iterable[Intent],
    evidence: RoutingEvidence,
    at: datetime,
) -> tuple[Route, ...]:
    """Every deployment of an endpoint with what is known of it."""
    spoken = list(intents)
    return tuple(
        Route(
            endpoint=endpoint.name,
            deployment=deployment,
            share=endpoint.traffic.get(deployment.name, 0.0),
            mirrored=endpoint.mirror_traffic.get(deployment.name, 0.0),
            observed=(
                None if evidence.requests is None else evidence.requests.get(deployment.name, 0)
            ),
            watch=watches[deployment.name],
            intents=tuple(
                intent for intent in spoken if intent.share_of(deployment.name) is not None
            ),
            at=at,
            log=evidence.logs.get(deployment.name),
            log_problem=evidence.log_problems.get(deployment.name),
        )
        for deployment in endpoint.deployments
    )


def intents_of(routing: RoutingPolicy, said: Iterable[Intent]) -> tuple[Intent, ...]:
    """What the policy and people say is meant to be, what is over included."""
    by_policy = (
        Intent(
            id=f"policy/{standby.deployment}",
            author="the policy",
            reason=standby.reason,
            since=_ALWAYS,
            until=standby.until,
            deployment=standby.deployment,
        )
        for standby in routing.standby
    )
    return (*by_policy, *said)


def spell_shares(shares: dict[str, float]) -> str:
    """Shares as people write them: `blue 90 %, green 10 %`."""
    told = ", ".join(f"{name} {share:g} %" for name, share in sorted(shares.items()) if share > 0)
    return told or "none at all"
