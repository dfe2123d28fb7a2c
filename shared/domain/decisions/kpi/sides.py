"""Deployments that served in the same buckets, each against the one that was there before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.decisions.kpi.attribution import named
from shared.domain.decisions.kpi.moved import spell_sizes, spell_value
from shared.domain.decisions.kpi.settled import Settled
from shared.domain.decisions.kpi.window import unreadable
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Direction, KpiPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number
from shared.errors import InvalidData
from shared.statistics.series import Sides, compare_sides

_PROMISE = timedelta(days=90)
_LEAST_BUCKETS = 3
_TOLD_DISPERSION = 1.5
_MAY = {
    Direction.FALL: "be lower",
    Direction.RISE: "be higher",
    Direction.BOTH: "differ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A deployment beside another: the finding, and how it is told: `4.1 points lower (...)`."""

    deployment: str
    other: str
    finding: Finding
    told: str

    @property
    def fails(self) -> bool:
        """Whether it differs by more than its owner accepts."""
        return self.finding.verdict is Verdict.FAIL


def judge_sides(
    kpi: KpiPolicy, settled: Settled, models: Mapping[str, str]
) -> tuple[tuple[Side, ...], tuple[Finding, ...]]:
    """Every deployment of the judged window against the one with most weight before it.

    Both had the same hours, so no season has to be known. It fails when the interval leaves the
    owner's limit at a level that, looked at anew in each bucket, errs once in ninety days: the
    mean number of false alarms in that time is at most the sum of the levels. What fails is told
    with that interval, all else with the policy's confidence. Where fewer than three buckets are
    shared, nothing fails.
    Returns what was judged, and errors.
    """
    served = {
        name: [point for point in points if point.time >= settled.start]
        for name, points in settled.sides.items()
    }
    served = {name: points for name, points in served.items() if points}
    if len(served) < 2:
        return (), ()
    other = max(sorted(served), key=lambda name: _weights(settled, name))
    judged: list[Side] = []
    for name in sorted(served.keys() - {other}):
        try:
            sides = compare_sides(served[name], served[other], kpi.kind.value)
        except InvalidData as problem:
            return (), (unreadable(kpi.name, str(problem)),)
        if sides is not None:
            level = settled.bucket / _PROMISE / (len(served) - 1)
            judged.append(_judge(kpi, name, other, sides, min(level, 0.05), models))
    return tuple(judged), ()


def _weights(settled: Settled, name: str) -> tuple[float, float]:
    """The weight before the judged window, then all of it."""
    points = [(p.time, 1.0 if p.weight is None else p.weight) for p in settled.sides[name]]
    before = sum(weight for time, weight in points if time < settled.start)
    return before, sum(weight for _, weight in points)


def _judge(
    kpi: KpiPolicy,
    name: str,
    other: str,
    sides: Sides,
    level: float,
    models: Mapping[str, str],
) -> Side:
    limit = kpi.limit * abs(sides.value_other) if kpi.relative else kpi.limit
    each = level / 2.0 if kpi.direction is Direction.BOTH else level
    confidence = 1.0 - 2.0 * each
    low, high = sides.interval(confidence)
    if sides.buckets >= _LEAST_BUCKETS and _leaves(low, high, limit, kpi.direction):
        verdict, reason = Verdict.FAIL, "differs"
    else:
        confidence = kpi.confidence
        low, high = sides.interval(confidence)
        stays = stays_within(low, high, limit, kpi.direction)
        verdict = Verdict.PASS if stays else Verdict.INCONCLUSIVE
        reason = "alike" if stays else "not_decided"
    way = "lower" if sides.difference < 0.0 else "higher"
    sign = -1.0 if sides.difference < 0.0 else 1.0
    ends = sorted((sign * low, sign * high))
    scale = abs(sides.value_other)
    size = spell_sizes((abs(sides.difference), ends[0], ends[1]), kpi.kind, scale)
    told = f"{size[0]} {way}"
    may = f"it may {_MAY[kpi.direction]} by up to"
    allowed = spell_sizes((limit, limit, limit), kpi.kind, scale)[0]
    spread = (
        f" Its buckets vary {sides.dispersion:.1f} times as much as chance would have it."
        if sides.dispersion > _TOLD_DISPERSION and kpi.kind.value != "mean"
        else ""
    )
    finding = Finding(
        rule=Rule.KPI,
        thing=f"kpi/{kpi.name}/{name}",
        verdict=verdict,
        reason=reason,
        sentence=(
            f"{kpi.name} side by side: {named(name, models.get(name))} "
            f"{spell_value(sides.value, kpi.kind)}, {named(other, models.get(other))} "
            f"{spell_value(sides.value_other, kpi.kind)}: {told} ({size[1]} to {size[2]} with "
            f"{min(100.0 * confidence, 99.99):.4g} % confidence, {sides.buckets} buckets, n "
            f"{spell_number(sides.n)} and {spell_number(sides.n_other)}); {may} {allowed}.{spread}"
        ),
        statistic="difference",
        estimate=sides.difference,
        low=low,
        high=high,
        limit=limit,
        n=sides.n,
        enforced=verdict is not Verdict.INCONCLUSIVE,
        details={
            "deployment": name,
            "other": other,
            "value": sides.value,
            "other_value": sides.value_other,
            "other_n": sides.n_other,
            "buckets": sides.buckets,
            "dispersion": sides.dispersion,
        },
    )
    return Side(deployment=name, other=other, finding=finding, told=told)


def _leaves(low: float, high: float, limit: float, direction: Direction) -> bool:
    fell = direction is not Direction.RISE and high < -limit
    return fell or (direction is not Direction.FALL and low > limit)


def stays_within(low: float, high: float, limit: float, direction: Direction) -> bool:
    """Whether all of an interval is within the limit, on the side or sides that count."""
    floor_holds = direction is Direction.RISE or low >= -limit
    return floor_holds and (direction is Direction.FALL or high <= limit)
