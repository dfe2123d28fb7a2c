"""Which reading a gate's finding rests on, so that its age can be told beside it."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.evidence.promotion import PromotionEvidence
from shared.domain.finding import Rule

_PLACES = {
    Rule.DEPLOYMENT_GATE: "tried",
    Rule.ROUTING_GATE: "tried",
    Rule.LATENCY_GATE: "tried",
    Rule.ERRORS_GATE: "tried",
    Rule.BAKE_GATE: "tried",
    Rule.ROLLBACK_GATE: "target",
    Rule.CANARY_GATE: "canary",
    Rule.DRIFT_GATE: "drift",
    Rule.BUDGET_GATE: "budget",
    Rule.APPROVAL: "pipeline",
}
_TITLES = {
    "tried": "endpoint where it is tried out",
    "target": "endpoint of the stage",
    "canary": "two deployments side by side",
    "drift": "rows scored lately",
    "budget": "open promotions",
    "pipeline": "pipeline run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A place that was read: what it is called, when it was `taken`, why it could not be had."""

    place: str
    title: str
    taken: datetime
    problem: str | None = None


def rests_on(rule: Rule, evidence: PromotionEvidence) -> Resting | None:
    """The reading of a rule's place; the version itself unless the rule looks elsewhere.

    None where the place was not read.
    """
    place = _PLACES.get(rule)
    if place is None:
        return _version(evidence)
    return _reading(place, evidence)


def all_readings(evidence: PromotionEvidence) -> tuple[Resting, ...]:
    """Every place that was read, the version first."""
    readings = (_reading(place, evidence) for place in _TITLES)
    return (_version(evidence), *(one for one in readings if one is not None))


def _version(evidence: PromotionEvidence) -> Resting:
    return Resting(
        place="version",
        title="registered version",
        taken=evidence.taken,
        problem=evidence.problem,
    )


def _reading(place: str, evidence: PromotionEvidence) -> Resting | None:
    reading = getattr(evidence, place)
    if reading is None:
        return None
    title = _TITLES[place]
    name = getattr(reading, "name", None)
    return Resting(
        place=place,
        title=title if name is None else f"{title}, {name}",
        taken=reading.taken,
        problem=reading.problem,
    )
