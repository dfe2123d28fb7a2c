"""What the fleet's retrainings may cost, and where those that asked for it stand."""

from datetime import datetime

from shared.domain.decisions.budget import decide_budget
from shared.domain.event import Event
from shared.domain.evidence import BudgetEvidence
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import DriftgateError
from shared.service.codec import decode
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,
    world: World,
    now: datetime,
) -> BudgetEvidence:
    """The fleet's file, and the state of each model that asks, holds or waits for a place.

    A state that cannot be read is left out: its retraining keeps its place until it can.
    """
    entries = state.budget.entries.values()
    asks = event.data.get("model")
    models = {entry.model for entry in entries if entry.ended is None}
    models |= {asks} if isinstance(asks, str) and asks else set()
    problem, fleet = None, Fleet()
    try:
        fleet = world.policies.fleet() or Fleet()
    except DriftgateError as fault:
        problem = str(fault)
    standings: dict[str, str] = {}
    known = []
    for model in sorted(models):
        try:
            stored = world.ledger.state(f"retraining/{model}").state
        except DriftgateError:
            continue
        known.append(model)
        for one in decode(stored, SubjectState).retraining.retrainings:
            standings[one.id] = one.phase.value
    return BudgetEvidence(
        taken=now, fleet=fleet, standings=standings, known=tuple(known), problem=problem
    )


REACTION = Reaction(evidence=BudgetEvidence, gather=_gather, decide=decide_budget)
