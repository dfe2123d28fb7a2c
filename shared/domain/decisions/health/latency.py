"""Does a deployment answer in time: the share of late answers against what may be late."""

from math import ceil

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.health.answers import ShareRule
from shared.domain.decisions.health.comparing import Compared, compare
from shared.domain.decisions.health.look import Look
from shared.domain.decisions.health.proportion import LOOKS_A_DAY, Proportion, percent, weigh
from shared.domain.decisions.health.wording import (
    carried,
    chance,
    give_back,
    joined,
    latency,
    read_log,
    scale_out,
    worked,
)
from shared.domain.world import Served


def weigh_latency(served: Served, look: Look) -> Proportion | None:
    """The share of answers later than the limit; None without a limit or a count."""
    if look.limit_ms is None:
        return None
    return weigh_late(served, look.policy.percentile, look.policy.confidence)


def weigh_late(
    served: Served, percentile: float, confidence: float, looks: int = LOOKS_A_DAY
) -> Proportion | None:
    """The share of late answers against the share that may be late; None where nobody counted them.

    "The 95th percentile is within 200 ms" says that at most 5 % come later, and that is a share,
    which has an exact interval where a percentile has none. A source that gives percentiles a
    minute only bounds the number: it fails where the least that must have been late is too much,
    passes where the most that can have been is little enough, and is open in between.
    """
    allowed = round(1.0 - percentile / 100.0, 9)
    if served.slow is not None:
        return weigh(served.slow, served.requests, allowed, confidence, looks=looks)
    if served.slow_bounds is not None:
        least, most = served.slow_bounds
        return weigh(least, served.requests, allowed, confidence, most=most, looks=looks)
    return None


def _alert(look: Look, served: Served, share: Proportion) -> Alert:
    compared = compare(look, share, weigh_latency)
    return Alert(
        kind=AlertKind.SLOW,
        subject=f"endpoint/{look.endpoint.name}",
        severity=look.severity,
        title=(
            f"{look.what} answers {share.share} of its calls later than {look.limit_ms:g} ms "
            f"(limit {percent(share.limit)})"
        ),
        text=joined(
            f"Later than {look.limit_ms:g} ms {look.span}: {share.basis}. "
            f"{look.policy.percentile:g} % have to come in time. {chance(look)}",
            latency(served),
            compared.sentence,
            worked(look.load),
            _turned_away(served),
            carried(look),
        ),
        first_step=_first_step(look, served, compared),
        since=look.start,
        labels=look.labels(None),
    )


def _turned_away(served: Served) -> str:
    return f"{served.throttled} calls were turned away with 429." if served.throttled else ""


def _busy(look: Look, served: Served) -> bool:
    levels = [] if look.load is None else [look.load.cpu, look.load.gpu]
    full = any(level is not None and level >= look.policy.max_load for level in levels)
    return full or served.throttled >= ceil(look.policy.max_error_rate * served.requests) > 0


def _first_step(look: Look, served: Served, compared: Compared) -> str:
    if _busy(look, served):
        return f"It has more to do than it can; add an instance: {scale_out(look)}"
    cause = f"see what it waits for: {read_log(look)}"
    if compared.refuge is None or look.share <= 0:
        return cause[0].upper() + cause[1:]
    return f"{give_back(look, compared.refuge)}; then {cause}"


LATENCY = ShareRule(
    kind=AlertKind.SLOW,
    statistic="slow_share",
    did="answered {} of its calls late",
    bad="slow",
    good="fast_enough",
    weigh=weigh_latency,
    alert=_alert,
)
