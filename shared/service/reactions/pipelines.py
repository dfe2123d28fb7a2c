"""A delivery pipeline told of a run or an approval: whose promotion it may be is asked to look."""

from datetime import datetime

from shared.domain.decisions.promotion.hint import decide_hint
from shared.domain.event import Check, Event
from shared.domain.evidence import RunEvidence
from shared.domain.policy import Policy
from shared.domain.promotion import Promotion
from shared.domain.state import SubjectState
from shared.service.codec import decode
from shared.service.reactions import Reaction
from shared.service.world import World


def _gather(
    event: Event,
    policy: Policy | None,  # noqa: ARG001  every reaction has this signature
    state: SubjectState,  # noqa: ARG001
    world: World,
    now: datetime,
) -> RunEvidence:
    """The models with a promotion whose run it is; of an approval nobody tells the run.

    The ledger is asked, never the platform: who looks afterwards reads it back.
    """
    run = event.data.get("run")
    models = [
        subject.partition("/")[2]
        for subject in world.ledger.reported(Check.PROMOTION.value)
        if any(
            _may_be(promotion, run)
            for promotion in decode(world.ledger.state(subject).state, SubjectState).promotions
        )
    ]
    return RunEvidence(taken=now, models=tuple(sorted(models)))


def _may_be(promotion: Promotion, run: object) -> bool:
    if not promotion.phase.is_open or promotion.run is None:
        return False
    return run is None or promotion.run.number == run


REACTION = Reaction(evidence=RunEvidence, gather=_gather, decide=decide_hint)
