"""When a model is trained again, and what becomes of it: one rule a module."""

from shared.domain.decisions.retraining.deciding import decide_retraining

__all__ = ["decide_retraining"]
