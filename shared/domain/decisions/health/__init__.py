"""Does each deployment answer well, in time, and with room to spare; and is it alone in that.

One file a question: `errors`, `latency`, `throttling` (each a share of answers), `refusals`
(against the neighbours), `saturation`, `instances`; `comparing` says whose fault it looks like.
"""

from shared.domain.decisions.health.deciding import KINDS, decide_health
from shared.domain.decisions.health.errors import weigh_errors, whose_errors
from shared.domain.decisions.health.healing import erring, healing_since
from shared.domain.decisions.health.look import Look, health_policy, limit_ms, looks_of
from shared.domain.decisions.health.proportion import percent

__all__ = [
    "KINDS",
    "Look",
    "decide_health",
    "erring",
    "healing_since",
    "health_policy",
    "limit_ms",
    "looks_of",
    "percent",
    "weigh_errors",
    "whose_errors",
]
