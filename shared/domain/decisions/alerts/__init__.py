"""What people are told of the alerts of one scope: grouped, held back, repeated, closed.

Each rule that can hold an alert back is a stage of its own, of one signature (`holding.Stage`).
"""

from shared.domain.decisions.alerts.deciding import decide_alerts

__all__ = ["decide_alerts"]
