"""What the last look at an endpoint's answers found, deployment by deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import Event
from shared.domain.finding import Rule
from shared.domain.verdict import Verdict, worst
from shared.ports import Ledger
from shared.service.reactions import family_of

_LOOKED_BACK = 50
_DEPLOYMENT = "deployment/"
_RULES = frozenset({Rule.HEALTH.value, Rule.DIAGNOSIS.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentLook:
    """The verdict on one deployment's answers, and the sentences it rests on, the worst first."""

    verdict: Verdict
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthTold:
    """The last look at an endpoint's answers: when, and what each deployment's were."""

    seen: datetime
    deployments: Mapping[str, DeploymentLook] = field(default_factory=dict)


def last_health(ledger: Ledger, endpoint: str) -> HealthTold | None:
    """None where nobody looked lately."""
    for decision in ledger.decisions(f"endpoint/{endpoint}", limit=_LOOKED_BACK):
        if family_of(Event.from_cloud_event(decision["event"])) == "health":
            return _told(decision)
    return None


def _told(decision: Mapping[str, Any]) -> HealthTold:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for finding in decision["findings"]:
        thing = str(finding["thing"])
        if finding["rule"] in _RULES and thing.startswith(_DEPLOYMENT):
            found.setdefault(thing.removeprefix(_DEPLOYMENT), []).append(finding)
    return HealthTold(
        seen=parse_time(decision["decided"]),
        deployments={name: _look(findings) for name, findings in found.items()},
    )


def _look(findings: list[Mapping[str, Any]]) -> DeploymentLook:
    """What is only told decides where nothing else does."""
    deciding = [one for one in findings if one["enforced"]] or findings
    verdict = worst(Verdict(one["verdict"]) for one in deciding)
    first = [one for one in findings if one["verdict"] == verdict.value]
    rest = [one for one in findings if one["verdict"] != verdict.value]
    return DeploymentLook(
        verdict=verdict, sentences=tuple(str(one["sentence"]) for one in (*first, *rest))
    )
