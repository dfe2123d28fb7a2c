"""A version on the endpoint of its stage, and what begins when it is there."""

from collections.abc import Iterable
from datetime import timedelta

from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.promotion.telling import in_phase, standing
from shared.domain.finding import Finding
from shared.domain.promotion import Phase, Promotion
from shared.domain.wording import spell_duration
from shared.domain.world import Deployment, Endpoint

SOON = timedelta(minutes=5)


def carrying(endpoint: Endpoint, model: str, version: str) -> Deployment | None:
    """The deployment of a version; of several, the one with the most traffic."""
    carriers = [d for d in endpoint.deployments if d.model == model and d.version == version]
    return max(carriers, key=lambda d: (endpoint.traffic.get(d.name, 0.0), d.name), default=None)


def is_complete(deployment: Deployment) -> bool:
    """Whether Azure is done with it and it is well."""
    return deployment.provisioning_state.casefold() == "succeeded"


def serves(promotion: Promotion, scene: Scene) -> bool:
    """Whether the version has the largest share of the traffic of its stage's endpoint."""
    reading = scene.evidence.target
    serving = None if reading is None or reading.endpoint is None else reading.endpoint.serving()
    return serving is not None and (serving.model, serving.version) == (
        scene.policy.model,
        promotion.version,
    )


def begin_rollout(promotion: Promotion, scene: Scene) -> Step:
    """Let its traffic come step by step."""
    from shared.domain.decisions.promotion.rollout import begin

    return begin(promotion, scene)


def watch(promotion: Promotion, scene: Scene) -> Step:
    """It is there: from now on it is watched."""
    time = scene.stage.watch.time
    promotion = in_phase(
        promotion, Phase.WATCHED, f"it is watched for {spell_duration(time)}", scene.now
    )
    return Step(
        promotion=promotion,
        findings=(standing(promotion, scene.policy.model),),
        look_again=scene.now + min(time, SOON),
    )


def take_back(
    promotion: Promotion, scene: Scene, why: str, findings: Iterable[Finding]
) -> Step | None:
    """Give the traffic back that a rollout moved; None where that is left to others."""
    from shared.domain.decisions.promotion.rollout import take_back as back

    return back(promotion, scene, why, findings)


def roll(promotion: Promotion, scene: Scene) -> Step:
    """What this look makes of a rollout that is under way."""
    from shared.domain.decisions.promotion.rollout import roll as on

    return on(promotion, scene)
