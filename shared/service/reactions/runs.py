"""A run changed: who waits for it is asked to look."""

from datetime import datetime

from shared.domain.decisions.run import decide_run
from shared.domain.event import Event
from shared.domain.evidence import RunEvidence
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.domain.world import PROFILING_TAG
from shared.service.intake.fields import is_name
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> RunEvidence:
    """Policies and the ledger are asked, never the workspace: it has runs by the thousand."""
    models: tuple[str, ...] = ()
    if event.data.get("batch"):
        endpoint = event.data.get("batch_endpoint")
        models = tuple(
            policy.model
            for policy in world.policies.all()
            if any(endpoint in {None, batch.endpoint} for batch in policy.batch)
        )
    subject = f"monitor/{event.data.get('monitor')}"
    known = world.ledger.state(subject).version > 0
    return RunEvidence(
        taken=now,
        models=models,
        monitor=subject if known else None,
        profiling=_profiling(event, world),
    )


def _profiling(event: Event, world: World) -> str | None:
    """The subject that waits for this run's profile: only one that is known is believed."""
    tags = event.data.get("tags")
    model = tags.get(PROFILING_TAG) if isinstance(tags, dict) else None
    if not isinstance(model, str) or not is_name(model):
        return None
    subject = f"profiling/{model}"
    return subject if world.ledger.state(subject).version > 0 else None


REACTION = Reaction(evidence=RunEvidence, gather=_gather, decide=decide_run)
