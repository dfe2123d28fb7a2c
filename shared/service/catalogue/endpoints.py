"""Endpoints: all of them in rows, and one with its routing truth, health and deployments."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.event import Check
from shared.domain.glance import Glance
from shared.errors import NotFound
from shared.ports import Evidence, Ledger, Policies
from shared.service.catalogue.looks import MOST_DECISIONS, LastLook, last_looks
from shared.service.catalogue.models import DeploymentTold, deployments_at
from shared.service.history.relations import endpoints_in, models_at
from shared.service.status import routing_table

_ENDPOINT = "endpoint/"
_NOTHING = Glance()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """An endpoint in a list, with the models whose policies name it."""

    endpoint: str
    models: tuple[str, ...]
    verdict: str | None
    decided: datetime | None
    firing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTold:
    """One endpoint. `health` is what the last look at its health said of each deployment."""

    endpoint: str
    models: tuple[str, ...]
    deployments: tuple[DeploymentTold, ...]
    health: tuple["HealthTold", ...]
    looks: tuple[LastLook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthTold:
    """One thing that the last look at an endpoint's health found, and when it looked."""

    at: datetime
    thing: str
    verdict: str
    reason: str
    sentence: str


def endpoints(ledger: Ledger, policies: Policies) -> list[EndpointRow]:
    """Every endpoint that a policy names or something was decided of; no state is read."""
    glances = ledger.glances()
    served: dict[str, list[str]] = defaultdict(list)
    for policy in policies.all():
        for endpoint in endpoints_in(policy):
            served[endpoint].append(policy.model)
    names = {name.removeprefix(_ENDPOINT) for name in glances if name.startswith(_ENDPOINT)}
    return [
        EndpointRow(
            endpoint=name,
            models=tuple(sorted(served.get(name, ()))),
            verdict=glance.verdict,
            decided=glance.decided,
            firing=glance.fires,
        )
        for name in sorted(names | served.keys())
        for glance in (glances.get(f"{_ENDPOINT}{name}", _NOTHING),)
    ]


def endpoint_of(ledger: Ledger, policies: Policies, name: str) -> EndpointTold:
    """One of them. Raises NotFound for one that no policy names and nothing was decided of."""
    subject, models = f"{_ENDPOINT}{name}", models_at(policies, name)
    decisions = ledger.decisions(subject, limit=MOST_DECISIONS)
    if not decisions and not models:
        raise _unknown(name)
    looks = last_looks(decisions)
    return EndpointTold(
        endpoint=name,
        models=models,
        deployments=tuple(deployments_at(ledger, name)),
        health=_health(decisions, looks),
        looks=looks,
    )


def require_endpoint(ledger: Ledger, policies: Policies, name: str) -> None:
    """Raises NotFound for an endpoint that no policy names and nothing was decided of."""
    if not models_at(policies, name) and not ledger.state(f"{_ENDPOINT}{name}").version:
        raise _unknown(name)


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"No policy names an endpoint {name[:80]}, and nothing was decided of one; see "
        "/api/v1/endpoints."
    )


def routing_of(
    ledger: Ledger, evidence: Evidence, policies: Policies, name: str, now: datetime
) -> dict[str, Any] | None:
    """What its last look saw and concluded, a row a deployment; None where nothing is kept."""
    try:
        return routing_table(ledger, evidence, policies, f"{_ENDPOINT}{name}", now)
    except NotFound:
        return None


def _health(decisions: Any, looks: tuple[LastLook, ...]) -> tuple[HealthTold, ...]:
    last = next((one for one in looks if one.check == Check.HEALTH.value), None)
    found = [] if last is None else [one for one in decisions if one["hash"] == last.decision]
    return tuple(
        HealthTold(
            at=last.at,
            thing=str(finding["thing"]),
            verdict=str(finding["verdict"]),
            reason=str(finding["reason"]),
            sentence=str(finding["sentence"]),
        )
        for decision in found
        if last is not None
        for finding in decision["findings"]
    )
