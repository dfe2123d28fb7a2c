"""Are callers turned away: a deployment that answers 429 has more calls than it can take."""

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.health.answers import ShareRule
from shared.domain.decisions.health.look import Look
from shared.domain.decisions.health.proportion import Proportion, percent, weigh
from shared.domain.decisions.health.wording import (
    carried,
    chance,
    joined,
    latency,
    scale_out,
    worked,
)
from shared.domain.world import Served


def weigh_throttled(served: Served, look: Look) -> Proportion:
    """The share that was turned away; as much may be as may fail, for the caller gets no answer."""
    return weigh(
        served.throttled, served.requests, look.policy.max_error_rate, look.policy.confidence
    )


def _alert(look: Look, served: Served, share: Proportion) -> Alert:
    return Alert(
        kind=AlertKind.SATURATED,
        subject=f"endpoint/{look.endpoint.name}",
        severity=look.severity,
        title=(
            f"{look.what} turns {share.share} of its calls away with 429 (limit "
            f"{percent(share.limit)})"
        ),
        text=joined(
            f"Turned away {look.span}: {share.basis}. {chance(look)}",
            "A deployment takes twice max_concurrent_requests_per_instance times its instances at "
            "once, and refuses what is more.",
            worked(look.load),
            latency(served),
            carried(look),
        ),
        first_step=(
            f"Add an instance: {scale_out(look)}; if its instances are idle, raise "
            "max_concurrent_requests_per_instance to what WORKER_COUNT can serve."
        ),
        since=look.start,
        labels=look.labels("calls"),
    )


THROTTLING = ShareRule(
    kind=AlertKind.SATURATED,
    of="calls",
    statistic="throttled_share",
    did="turned {} of its calls away",
    bad="turned_away",
    good="takes_all",
    weigh=weigh_throttled,
    alert=_alert,
)
