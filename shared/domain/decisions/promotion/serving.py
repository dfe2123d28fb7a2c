"""How a promoted version serves: its traffic, its alerts and its answers on its endpoint."""

from dataclasses import replace

from shared.domain.alert import AlertKind
from shared.domain.decisions.gates import Case, Moment, run_gates
from shared.domain.decisions.promotion.live import carrying, is_complete
from shared.domain.decisions.promotion.step import Scene
from shared.domain.decisions.routing.route import FAILED
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.finding import Finding, Rule
from shared.domain.policy import BakeGate, CanaryGate, Enforcement
from shared.domain.promotion import Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list
from shared.domain.world import Deployment

_FAILS = frozenset(
    {
        AlertKind.ERRORS,
        AlertKind.SLOW,
        AlertKind.DEPLOYMENT_FAILED,
        AlertKind.TRAFFIC_TO_MISSING,
        AlertKind.TRAFFIC_TO_DELETING,
    }
)
"""Alerts of its deployment that say the version itself is not well."""
_PREDICTS_WRONG = frozenset({AlertKind.KPI_CHANGED, AlertKind.KPI_DIFFERS})
"""Alerts of the model that say so although its endpoint is healthy."""


def look_at_serving(promotion: Promotion, scene: Scene) -> tuple[Finding, ...]:
    """The traffic of the version and its answers on the endpoint of the stage.

    That requests reach it is what the routing gate finds among the others.
    """
    reading = scene.evidence.target
    endpoint = scene.stage.endpoint
    if reading is None or reading.problem is not None or reading.endpoint is None:
        problem = None if reading is None else reading.problem
        sentence = problem or f"The endpoint {endpoint} was not read."
        return (found(promotion, Verdict.ERROR, "cannot_look", sentence),)
    named = f"{scene.policy.model}:{promotion.version}"
    deployment = carrying(reading.endpoint, scene.policy.model, promotion.version)
    if deployment is None:
        sentence = f"No deployment of {endpoint} carries {named}; deploy it there."
        return (found(promotion, Verdict.INCONCLUSIVE, "not_deployed", sentence),)
    traffic = _traffic(promotion, reading, deployment)
    if traffic.verdict is Verdict.INCONCLUSIVE:
        return (traffic,)
    alerts = (*_alerts_of(promotion, reading, deployment), *_figures(promotion, scene))
    return (traffic, *alerts, *_gates(promotion, scene))


def _traffic(promotion: Promotion, reading: EndpointReading, deployment: Deployment) -> Finding:
    """It is complete and the one that serves; what does not is not judged, and gives no way."""
    name, endpoint = deployment.name, reading.endpoint
    share = 0.0 if endpoint is None else endpoint.traffic.get(name, 0.0)
    serving = None if endpoint is None else endpoint.serving()
    if not is_complete(deployment):
        state = deployment.provisioning_state
        fails = state.casefold() in FAILED and share > 0
        verdict = Verdict.FAIL if fails else Verdict.INCONCLUSIVE
        return found(promotion, verdict, "not_complete", f"{name} is {state}.")
    if share <= 0:
        sentence = (
            f"{name} has no traffic on {reading.name}; what serves is "
            f"{serving.name if serving is not None else 'nothing'}. Give it its share."
        )
        return found(promotion, Verdict.INCONCLUSIVE, "no_traffic", sentence)
    if serving is None or serving.name != name:
        sentence = f"{name} has {share:g} % of the traffic and is not yet the one that serves."
        return found(promotion, Verdict.INCONCLUSIVE, "not_serving", sentence)
    return found(
        promotion, Verdict.PASS, "serves", f"{name} serves with {share:g} % of the traffic."
    )


def _alerts_of(
    promotion: Promotion, reading: EndpointReading, deployment: Deployment
) -> tuple[Finding, ...]:
    firing = sorted({*reading.firing.get(deployment.name, ())} & {kind.value for kind in _FAILS})
    if not firing:
        return ()
    sentence = f"{deployment.name} has alerts that fire: {spell_list(firing)}."
    return (found(promotion, Verdict.FAIL, "alerts_fire", sentence),)


def _figures(promotion: Promotion, scene: Scene) -> tuple[Finding, ...]:
    """Figures of the business told of since it serves: an endpoint can answer well and wrongly."""
    told = [
        one.alert.title
        for one in scene.alerts
        if one.alert.kind in _PREDICTS_WRONG and one.posted >= promotion.since
    ]
    return tuple(
        found(promotion, Verdict.FAIL, "figure_moved", f"Told since it serves: {title}.")
        for title in told
    )


def _gates(promotion: Promotion, scene: Scene) -> tuple[Finding, ...]:
    """What is asked of it at each step of its traffic, without what needs a second version."""
    candidate = scene.evidence.candidate
    if candidate is None:
        return ()
    gates = replace(
        scene.policy.gates_of(scene.stage),
        canary=CanaryGate(mode=Enforcement.OFF),
        bake=BakeGate(mode=Enforcement.OFF),
    )
    gates = replace(gates, calendar=replace(gates.calendar, mode=Enforcement.OFF))
    case = Case(
        policy=scene.policy,
        stage=replace(scene.stage, gates=gates),
        candidate=candidate,
        evidence=scene.evidence,
        moment=Moment.STEP,
        at=scene.evidence.taken,
        tried=scene.stage.endpoint,
        promotion=promotion,
    )
    return run_gates(case, scene.overrides).findings


def found(promotion: Promotion, verdict: Verdict, reason: str, sentence: str) -> Finding:
    """What the watch found of a promoted version."""
    return Finding(
        rule=Rule.WATCH,
        thing=f"stage/{promotion.stage}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
    )
