"""How soon a worse deployment is told of by its KPI, whether the right change is named, how well.

A model's hourly conversions (benchmarks/kpi.py) until a new deployment takes a share of the traffic
and does worse by some share; other changes of traffic, which change nothing, come about once a day
and are seen up to ten minutes late, as the right one is. Each hour the decision is made as the
service makes it. Printed: the median hours to the first alert of the whole KPI (the watch) and of
the deployment beside the other; how often the right change is named alone, among several, wrongly
or not; how often the interval that is told with the right one covers the true change; and false
alerts of deployments that are alike.
Run: python -m benchmarks.attribution [--runs 40] [--seed 1]
"""

import argparse
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from benchmarks.kpi import CONVERSION, HOUR, START, WEEK, World, stream
from shared.domain.action import PostAlert
from shared.domain.decisions.kpi import decide_kpi
from shared.domain.event import Check, check_due
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.finding import Finding
from shared.domain.policy import KpiPolicy, Policy
from shared.domain.state import SubjectState, TrafficShift
from shared.domain.world import SeriesPoint

KPI = KpiPolicy(name="conversion", limit=0.03, relative=True)
POLICY = Policy(model="m", endpoint="ep", kpis=[KPI])
HISTORY = 5 * WEEK
LONGEST = 72


@dataclass(slots=True)
class Result:
    """What the runs of one setting showed."""

    hours: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    covered: int = 0
    measured: int = 0


def points_of(
    world: World, generator: np.random.Generator, share: float, change: float, *, split: bool
) -> list[SeriesPoint]:
    """The whole KPI, or both deployments since the shift: requests are spread by chance."""
    points: list[SeriesPoint] = []
    for index, point in enumerate(stream(world, HISTORY + LONGEST, generator)):
        weight = round(point.weight or 0.0)
        rate = point.value / max(weight, 1)
        green = int(generator.binomial(weight, share)) if index >= HISTORY else 0
        won = int(generator.binomial(green, min(rate * (1.0 + change), 1.0)))
        kept = int(generator.binomial(weight - green, rate)) if green else int(point.value)
        sides = [("blue", kept, weight - green), ("green", won, green)]
        told = sides if split else [(None, kept + won, weight)]
        points += [
            SeriesPoint(time=point.time, value=float(value), weight=float(own), deployment=name)
            for name, value, own in told
            if own
        ]
    return points


def traffic(generator: np.random.Generator, share: float) -> tuple[TrafficShift, ...]:
    """The right change, and others about once a day around it."""
    at = START + HISTORY * HOUR
    shifts = [TrafficShift(time=START, shares={"blue": 100.0})]
    for number, hour in enumerate(np.cumsum(generator.exponential(24.0, 12)) - 150.0):
        shares = {"blue": 99.0 - number % 2, "red": 1.0 + number % 2}
        shifts.append(TrafficShift(time=at + float(hour) * HOUR, shares=shares))
    seen = at + timedelta(minutes=float(generator.uniform(0, 10)))
    right = {"blue": 100.0 * (1.0 - share), "green": 100.0 * share}
    shifts.append(TrafficShift(time=seen, shares=right))
    return tuple(sorted(shifts, key=lambda shift: shift.time))


def evidence_at(
    now: datetime, points: list[SeriesPoint], shifts: tuple[TrafficShift, ...]
) -> KpiEvidence:
    """What the reaction would have read then."""
    start = now - KPI.window
    read = [point for point in points if point.time < now]
    series = KpiSeries(
        name=KPI.name,
        start=start,
        end=now,
        history=tuple(point for point in read if point.time < start),
        recent=tuple(point for point in read if point.time >= start),
    )
    known = tuple(shift for shift in shifts if shift.time <= now)
    return KpiEvidence(taken=now, series=(series,), endpoint="ep", traffic=known)


def run(seed: int, share: float, change: float, *, split: bool, to: Result) -> None:
    """One shift, looked at each hour until the first alert."""
    generator = np.random.default_rng(seed)
    points = points_of(CONVERSION, generator, share, change, split=split)
    shifts = traffic(generator, share)
    for hour in range(2, LONGEST):
        now = START + (HISTORY + hour) * HOUR
        event = check_due(Check.KPI, "model/m", now)
        evidence = evidence_at(now, points, shifts)
        outcome = decide_kpi(event, evidence, POLICY, SubjectState(), now)
        posts = [action for action in outcome.actions if isinstance(action, PostAlert)]
        if posts:
            to.hours.append(hour)
            to.kinds[posts[0].alert.kind.value] += 1
            for finding in outcome.findings:
                if finding.statistic == "change_since":
                    _count(finding, share * change, to)
            return
    to.hours.append(math.inf)


def _count(finding: Finding, change: float, to: Result) -> None:
    details = finding.details or {}
    if details["deployment"] == "green":
        to.named["among several" if details["others"] else "alone"] += 1
        low, high = finding.low or 0.0, finding.high or 0.0
        to.covered += low <= change * details["expected"] <= high
        to.measured += 1
    elif any("green" in other for other in details["others"]):
        to.named["second of several"] += 1
    else:
        to.named["wrongly" if details["deployment"] else "not"] += 1


def main() -> None:
    """One line a setting."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    for split, share, change in (
        (False, 0.5, -0.2),
        (False, 0.5, -0.4),
        (False, 0.1, -0.4),
        (True, 0.5, -0.2),
        (True, 0.1, -0.2),
        (True, 0.1, -0.4),
        (True, 0.1, 0.0),
        (False, 0.5, 0.0),
    ):
        result = Result()
        for number in range(options.runs):
            run(options.seed * 1_000 + number, share, change, split=split, to=result)
        found = [hours for hours in result.hours if hours < math.inf]
        source = "by deployment" if split else "whole KPI"
        print(
            f"{source:14} share {share:.0%} change {change:+.0%}: told in {len(found)} of "
            f"{options.runs}, median {float(np.median(result.hours)):.0f} h; "
            f"{dict(result.kinds)}; cause named {dict(result.named)}; "
            f"interval covers {result.covered} of {result.measured}",
            flush=True,
        )


if __name__ == "__main__":
    main()
