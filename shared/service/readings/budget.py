"""Which promotions of all models are on their way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.event import Check
from shared.domain.evidence.promotion import BudgetReading
from shared.domain.promotion import Phase, Promotion
from shared.errors import NoPermission
from shared.ports import Ledger


def read_budget(ledger: Ledger, now: datetime, besides: str | None) -> BudgetReading:
    """The promotions that were asked for and have not ended, but not `besides`.

    `besides` is the one that is judged, as `model:version stage`. Only the models whose state has
    the check of promotions are read, and of these the promotions alone: the check is there while
    one of theirs is open. Raises Unavailable.
    """
    try:
        asked = [s for s in ledger.reported(Check.PROMOTION.value) if s.startswith("model/")]
        named = [
            _spelled(subject, promotion)
            for subject, promotions in ledger.parts("promotions", asked).items()
            for promotion in promotions
            if Phase(promotion["phase"]).is_on_its_way
        ]
    except NoPermission as problem:
        return BudgetReading(taken=now, problem=str(problem))
    return BudgetReading(taken=now, open=tuple(sorted(name for name in named if name != besides)))


def spell_promotion(subject: str, promotion: Promotion) -> str:
    """A promotion as people write it: `churn:7 production`."""
    return _spelled(subject, {"version": promotion.version, "stage": promotion.stage})


def _spelled(subject: str, promotion: Mapping[str, Any]) -> str:
    return f"{subject.partition('/')[2]}:{promotion['version']} {promotion['stage']}"
