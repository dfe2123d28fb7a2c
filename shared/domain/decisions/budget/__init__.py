"""Who of the fleet may be retrained, by what it may cost together and how many may run at once."""

from shared.domain.decisions.budget.deciding import decide_budget

__all__ = ["decide_budget"]
