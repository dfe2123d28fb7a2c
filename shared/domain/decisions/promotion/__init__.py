"""Whether a version is put forward for a stage, and what becomes of it on its way through."""

from shared.domain.decisions.promotion.deciding import decide_promotion

__all__ = ["decide_promotion"]
