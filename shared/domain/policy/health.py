"""What an endpoint's answers may look like."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """What an endpoint's answers over `window` may look like.

    `max_error_rate` is a share of all answers; `percentile` of them have to come within
    `gates.max_latency_ms`; `max_load` is per cent of processor, memory or disk that one instance
    may hold for ten minutes. `confidence` is kept over a day of looks, not in each of them.
    """

    window: timedelta = timedelta(hours=1)
    """The answers of so long are judged. From 10m to 7d."""
    max_error_rate: float = 0.01
    """The share of all answers that may be errors. Between 0 and 1."""
    percentile: float = 95.0
    """Per cent of the answers that have to come within `gates.max_latency_ms`. Between 0 and 100.

    """
    max_load: float = 90.0
    """Per cent of processor, memory or disk one instance may hold for ten minutes. Between 0 and
    100.
    """
    confidence: float = 0.99
    """Over a day of looks, not in each of them. Between 0 and 1."""
    severity: str = "critical"
    """How bad it is when answers are not so."""
