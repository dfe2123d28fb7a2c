"""The metrics of a canary: error rate, latency, and KPIs that are told by deployment."""

from typing import TYPE_CHECKING, Any

from shared.domain.decisions.gates.canary.judged import (
    Counted,
    Sides,
    judge_one,
    too_few,
    total,
    undecided,
)
from shared.domain.decisions.gates.canary.rows import LEAST_ANSWERS, put_together
from shared.domain.decisions.gates.case import Judged
from shared.domain.policy import Direction, KpiKind, KpiPolicy
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

if TYPE_CHECKING:
    from shared.statistics.canary import MetricConfig

_LEAST_ROWS = 5
_Values = tuple[float | None, ...]


def judge_error_rate(sides: Sides) -> Judged:
    """The share of answers that are the endpoint's fault may rise by at most `errors`."""
    from shared.statistics.canary import Direction as Way
    from shared.statistics.canary import MetricConfig, MetricKind

    config = MetricConfig(
        kind=MetricKind.PROPORTION,
        direction=Way.INCREASE,
        allowed_absolute=sides.gate.errors,
        exposure="requests",
    )
    errors, requests = _both(sides, "errors"), _both(sides, "errors:of")
    values = [{"errors": own, "requests": of} for own, of in zip(errors, requests, strict=True)]
    counted = Counted(unit="requests", control=total(requests[0]), experiment=total(requests[1]))
    return judge_one(sides, "errors", (values[0], values[1]), config, counted)


def judge_latency(sides: Sides) -> Judged:
    """The mean of the answers' durations may rise by at most `latency`, a share of the control's.

    Spread and tails are not compared: those of means depend on how many answers each is of.
    """
    from shared.statistics.canary import Direction as Way
    from shared.statistics.canary import MetricConfig, MetricKind

    means, counts = _both(sides, "latency"), _both(sides, "latency:of")
    rows = put_together((means[0], counts[0]), (means[1], counts[1]))
    if min(rows.answers_control, rows.answers) <= 0.0:
        sentence = (
            "No duration of an answer is told of one of the two, so that their latency cannot be "
            "compared; see that the source records how long answers take."
        )
        return undecided(sides, "latency", "no_durations", sentence)
    counted = Counted(
        unit="answers",
        control=rows.answers_control,
        experiment=rows.answers,
        each=rows.each,
        note=f" A value is the mean of {spell_number(round(rows.each))} answers or more.",
    )
    if not rows.control:
        sentence = (
            f"Mean latency takes {LEAST_ANSWERS} answers a side at the least, several times; there "
            f"are {spell_number(rows.answers)} against {spell_number(rows.answers_control)}."
        )
        return too_few(sides, "latency", sentence, _LEAST_ROWS * LEAST_ANSWERS, counted)
    config = MetricConfig(
        kind=MetricKind.SAMPLES,
        direction=Way.INCREASE,
        allowed_relative=sides.gate.latency,
        allowed_spread=None,
        allowed_tail=None,
    )
    name = "mean latency in ms"
    values = ({name: rows.control}, {name: rows.experiment})
    return judge_one(sides, "latency", values, config, counted)


def judge_kpi(sides: Sides, kpi: KpiPolicy) -> Judged:
    """A KPI may move by at most its own limit, on the side that its policy says is bad."""
    key = f"kpi/{kpi.name}"
    missing = _missing(sides, kpi, key)
    if missing is not None:
        return missing
    values, weights = _both(sides, key), _both(sides, f"{key}:of")
    if kpi.kind is KpiKind.MEAN:
        told: list[dict[str, Any]] = [{kpi.name: own} for own in values]
        rests, unit = [float(len(own)) for own in values], "buckets"
    else:
        told = [{kpi.name: own, "cases": of} for own, of in zip(values, weights, strict=True)]
        rests, unit = [total(of) for of in weights], "cases"
    counted = Counted(unit=unit, control=rests[0], experiment=rests[1])
    return judge_one(sides, key, (told[0], told[1]), _config(kpi), counted)


def _config(kpi: KpiPolicy) -> "MetricConfig":
    from shared.statistics.canary import Direction as Way
    from shared.statistics.canary import MetricConfig, MetricKind

    ways = {Direction.FALL: Way.DECREASE, Direction.RISE: Way.INCREASE, Direction.BOTH: Way.EITHER}
    kinds = {KpiKind.PROPORTION: MetricKind.PROPORTION, KpiKind.COUNT: MetricKind.COUNT}
    return MetricConfig(
        kind=kinds.get(kpi.kind, MetricKind.SAMPLES),
        direction=ways[kpi.direction],
        allowed_relative=kpi.limit if kpi.relative else None,
        allowed_absolute=None if kpi.relative else kpi.limit,
        allowed_spread=None,
        allowed_tail=None,
        exposure=None if kpi.kind is KpiKind.MEAN else "cases",
    )


def _missing(sides: Sides, kpi: KpiPolicy, key: str) -> Judged | None:
    """Why a KPI cannot be compared; None when it can."""
    problem = sides.reading.problems.get(key)
    if problem is not None:
        return undecided(sides, key, "cannot_look", problem, Verdict.ERROR)
    if key not in sides.reading.control or key not in sides.reading.experiment:
        sentence = (
            f"{kpi.name} is not told by deployment, so that two of them cannot be compared; give "
            "its source a column or a dimension of the deployment, or take it out of "
            "gates.canary.kpis."
        )
        return undecided(sides, key, "not_by_deployment", sentence, people=True)
    if not sides.reading.experiment[key]:
        sentence = (
            f"{kpi.name} has no bucket yet that began after {sides.reading.start:%H:%M} UTC, that "
            "both deployments have, and that has been over for as long as its policy asks."
        )
        return undecided(sides, key, "no_buckets", sentence)
    weights = _both(sides, f"{key}:of")
    if kpi.kind is not KpiKind.MEAN and None in (*weights[0], *weights[1]):
        sentence = (
            f"{kpi.name} is a {kpi.kind.value} without what it is of, and then says how much "
            "traffic a deployment had and no more; give its source a weight."
        )
        return undecided(sides, key, "no_weight", sentence, people=True)
    return None


def _both(sides: Sides, key: str) -> tuple[_Values, _Values]:
    return sides.reading.control.get(key, ()), sides.reading.experiment.get(key, ())
