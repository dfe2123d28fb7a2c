"""The version answers in time."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.answers import (
    LOOKS_A_DAY,
    ShareGate,
    answers_window,
    judge_share,
    latency_limit,
)
from shared.domain.decisions.gates.observed.tried import Place
from shared.domain.decisions.health.latency import weigh_late
from shared.domain.decisions.health.proportion import Proportion
from shared.domain.decisions.health.wording import latency
from shared.domain.finding import Rule
from shared.domain.world import Served


def judge_latency(case: Case) -> tuple[Judged, ...]:
    """The share of answers that came later than `max_ms`, against what may: 5 % at percentile 95.

    A percentile has no exact interval, the share of late answers has one, and both say the same.
    By chance: a version exactly at its limit passes on at most 1 - `confidence` of the days it is
    asked on, and fails on at most as many, whatever its traffic. Without a late answer about 169
    show at most 5 % at 95 %. Where only percentiles a minute are known they bound the number:
    it fails where the fewest are too many, passes where the most are few enough. Nothing is asked
    without a limit, nor of a version that is tried out nowhere.
    """
    limit_ms = latency_limit(case.gates)
    if case.tried is None or limit_ms is None:
        return ()
    gate = case.gates.latency

    def weighed(served: Served, place: Place) -> Proportion | str:
        if place.reading.slow_ms != limit_ms:
            return _other_limit(place, limit_ms)
        share = weigh_late(served, gate.percentile, gate.confidence, LOOKS_A_DAY)
        return _untimed(place) if share is None else share

    return judge_share(
        case,
        ShareGate(
            rule=Rule.LATENCY_GATE,
            gate=gate,
            window=answers_window(case.gates),
            setting="gates.latency.window",
            statistic="slow_share",
            did=f"answered {{}} of its calls later than {limit_ms:g} ms",
            bad="slow",
            good="fast_enough",
            weigh=weighed,
            more=latency,
        ),
    )


def _other_limit(place: Place, limit_ms: float) -> str:
    counted = place.reading.slow_ms
    by = "no limit" if counted is None else f"{counted:g} ms"
    return (
        f"The late answers of {place.endpoint.name} were counted by {by}, and the limit is "
        f"{limit_ms:g} ms; they are counted again with the next look."
    )


def _untimed(place: Place) -> str:
    return (
        f"How long {place.what} takes to answer is not recorded; switch on the traffic log of "
        f"{place.endpoint.name}, or its latency metrics."
    )
