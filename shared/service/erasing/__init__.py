"""What is kept of one subject is taken away, and its chain says by whom and why."""

from shared.service.erasing.erasing import Erasing
from shared.service.erasing.plan import Done, Plan

__all__ = ["Done", "Erasing", "Plan"]
