"""Which promotions of all models are on their way."""

from datetime import datetime

from shared.domain.event import Check
from shared.domain.evidence.promotion import BudgetReading
from shared.domain.promotion import Promotion
from shared.domain.state import SubjectState
from shared.errors import NoPermission
from shared.ports import Ledger
from shared.service.codec import decode


def read_budget(ledger: Ledger, now: datetime, besides: str | None) -> BudgetReading:
    """The promotions that were asked for and have not ended, but not `besides`.

    `besides` is the one that is judged, as `model:version stage`. Only the models whose state has
    the check of promotions are read: it is there while one of theirs is open. Raises Unavailable.
    """
    try:
        named = [
            spell_promotion(subject, promotion)
            for subject in ledger.reported(Check.PROMOTION.value)
            if subject.startswith("model/")
            for promotion in decode(ledger.state(subject).state, SubjectState).promotions
            if promotion.phase.is_on_its_way
        ]
    except NoPermission as problem:
        return BudgetReading(taken=now, problem=str(problem))
    return BudgetReading(taken=now, open=tuple(sorted(name for name in named if name != besides)))


def spell_promotion(subject: str, promotion: Promotion) -> str:
    """A promotion as people write it: `churn:7 production`."""
    return f"{subject.partition('/')[2]}:{promotion.version} {promotion.stage}"
