"""What is said of keeping: that something was erased, or that its time is over."""

from shared.domain.decisions.keeping.erasing import decide_erasure
from shared.domain.decisions.keeping.retaining import decide_retention

__all__ = ["decide_erasure", "decide_retention"]
