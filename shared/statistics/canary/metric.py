"""One metric of a canary: its data looked at, its effects measured, its judgement made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.statistics.canary.config import MetricConfig, MetricKind, Undecided
from shared.statistics.canary.dependence import design_effect
from shared.statistics.canary.effect import Aspect, Effect
from shared.statistics.canary.occurrences import event_effects
from shared.statistics.canary.outcome import Outcome, of_events, of_samples
from shared.statistics.canary.ranks import smallest_decidable
from shared.statistics.canary.result import Classification, MetricJudgement, MetricReason
from shared.statistics.canary.samples import (
    location_margin,
    location_scale,
    location_share,
    mostly_one_value,
    sample_effects,
)
from shared.statistics.canary.spending import nominal_alpha
from shared.statistics.canary.values import Metrics, Recorded, event_totals, recorded
from shared.statistics.canary.wording import (
    counts_against,
    effect_sentence,
    infinite_sentence,
    mostly_one_sentence,
    no_data_sentence,
    too_few_sentence,
    values_against,
)

_LARGEST = 1e100
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The error a metric may make over all looks, the looks so far, and the least of samples."""

    alpha: float
    fractions: tuple[float, ...]
    minimum_samples: int
    undecided: Undecided

    def level(self, share: float) -> float:
        """The nominal level at this look of a test that may spend this part of the error."""
        return nominal_alpha(self.alpha * share, self.fractions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """What stays the same while one metric is judged, and how its judgement is made."""

    name: str
    config: MetricConfig
    settings: Settings
    kind: MetricKind
    sizes: tuple[float, float] = (0.0, 0.0)

    def judgement(
        self, outcome: Outcome, sentence: str, *, needed: int | None = None
    ) -> MetricJudgement:
        classification, reason = outcome
        config = self.config
        return MetricJudgement(
            name=self.name,
            kind=self.kind,
            direction=config.direction,
            group=config.group,
            critical=config.critical,
            muted=config.muted,
            classification=classification,
            verdict=classification.verdict,
            reason=reason,
            sentence=sentence,
            n_control=float(self.sizes[0]),
            n_experiment=float(self.sizes[1]),
            n_needed=needed,
        )

    def without_data(
        self, control: bool, experiment: bool, reason: MetricReason
    ) -> MetricJudgement:
        must = self.config.must_have_data
        found = Classification.NODATA_FAIL_METRIC if must else Classification.NODATA
        missing = reason is MetricReason.METRIC_MISSING
        sentence = no_data_sentence(self.name, control, experiment, missing, self.config)
        return self.judgement((found, reason), sentence)

    def too_few(self, least: int) -> MetricJudgement:
        outcome = (Classification.INCONCLUSIVE, MetricReason.TOO_FEW_SAMPLES)
        sentence = too_few_sentence(self.name, *self.sizes, least)
        return self.judgement(outcome, sentence, needed=least)

    def infinite(self, control: int, experiment: int) -> MetricJudgement:
        outcome = (Classification.INCONCLUSIVE, MetricReason.INFINITE_VALUES)
        return self.judgement(outcome, infinite_sentence(self.name, control, experiment))

    def decided(
        self,
        found: tuple[Outcome, Effect],
        effects: Sequence[Effect],
        against: str,
        rows_as_one: float,
        relative: Interval | None,
    ) -> MetricJudgement:
        outcome, told = found
        if outcome[0] is Classification.INCONCLUSIVE and self.settings.undecided is Undecided.PASS:
            outcome = (Classification.PASS, MetricReason.UNDECIDED_PASSES)
        sentence = effect_sentence(
            self.name, against, told, relative, self.config, outcome[1], (self.kind, rows_as_one)
        )
        undecided = outcome[1] in {MetricReason.NOT_DECIDED, MetricReason.UNDECIDED_PASSES}
        made = self.judgement(outcome, sentence, needed=told.n_needed if undecided else None)
        return replace(made, effects=tuple(effects), relative=relative, rows_as_one=rows_as_one)


def judge_metric(
    name: str, config: MetricConfig, control: Metrics, experiment: Metrics, settings: Settings
) -> MetricJudgement:
    """Judge one metric of both sides.

    A metric whose kind is not told is a proportion when all its values are 0 and 1, a count when
    most are 0 and the others whole, else samples.
    Raises InvalidData for values that are none, and counts that cannot be.
    """
    kind = config.kind
    if kind is None or kind is MetricKind.SAMPLES:
        a = recorded("control", name, control, config.missing)
        b = recorded("experiment", name, experiment, config.missing)
        kind = _kind_seen(a, b) if kind is None else kind
        if kind is MetricKind.SAMPLES:
            metric = _Metric(name=name, config=config, settings=settings, kind=kind)
            return _judge_samples(metric, a, b)
    metric = _Metric(name=name, config=config, settings=settings, kind=kind)
    return _judge_events(metric, control, experiment)


def _kind_seen(a: Recorded | None, b: Recorded | None) -> MetricKind:
    if a is None or b is None or a.infinite or b.infinite:
        return MetricKind.SAMPLES
    values = np.concatenate([a.values, b.values])
    zeros, ones = int((values == 0.0).sum()), int((values == 1.0).sum())
    if zeros and ones and zeros + ones == len(values):
        return MetricKind.PROPORTION
    whole = bool((values >= 0.0).all() and (values == np.floor(values)).all())
    rare = len(values) < 2 * zeros < 2 * len(values)
    return MetricKind.COUNT if whole and rare else MetricKind.SAMPLES


def _judge_samples(metric: _Metric, a: Recorded | None, b: Recorded | None) -> MetricJudgement:
    if a is None or b is None:
        return metric.without_data(a is None, b is None, MetricReason.METRIC_MISSING)
    metric = replace(metric, sizes=(len(a.values), len(b.values)))
    if a.infinite or b.infinite:
        return metric.infinite(a.infinite, b.infinite)
    if min(metric.sizes) == 0:
        return metric.without_data(not len(a.values), not len(b.values), MetricReason.NO_DATA)
    config = metric.config
    alpha = metric.settings.level(location_share(config))
    least = max(metric.settings.minimum_samples, smallest_decidable(alpha))
    if min(metric.sizes) < least:
        return metric.too_few(least)
    if max(float(np.abs(side.values).max()) for side in (a, b)) > _LARGEST:
        return metric.infinite(0, 0)
    alike = max(design_effect(a.values), design_effect(b.values))
    effects = sample_effects(a.values, b.values, config, metric.settings.level, alike)
    outcome, told = of_samples(effects, config.direction)
    first = effects[0]
    margin = location_margin(a.values, config, first.aspect)
    most = mostly_one_value(a.values, b.values, config.direction, margin)
    if outcome[0] is Classification.PASS and first.aspect is Aspect.LOCATION and most is not None:
        outcome = (Classification.INCONCLUSIVE, MetricReason.MOSTLY_ONE_VALUE)
        made = metric.judgement(outcome, mostly_one_sentence(metric.name, most))
        return replace(made, effects=effects, rows_as_one=alike)
    scale = location_scale(a.values, first.aspect)
    relative = None
    if scale > 0.0:
        relative = (first.estimate / scale, first.low / scale, first.high / scale)
    against = values_against(a.values, b.values, first.aspect)
    return metric.decided((outcome, told), effects, against, alike, relative)


def _judge_events(metric: _Metric, control: Metrics, experiment: Metrics) -> MetricJudgement:
    name, config = metric.name, metric.config
    asked = (config.exposure, config.missing, metric.kind is MetricKind.PROPORTION)
    a = event_totals("control", name, control, *asked)
    b = event_totals("experiment", name, experiment, *asked)
    if a is None or b is None:
        return metric.without_data(a is None, b is None, MetricReason.METRIC_MISSING)
    metric = replace(metric, sizes=(a.exposure, b.exposure))
    if min(metric.sizes) <= 0.0:
        return metric.without_data(a.exposure <= 0.0, b.exposure <= 0.0, MetricReason.NO_DATA)
    least = metric.settings.minimum_samples
    whole = metric.kind is MetricKind.PROPORTION or config.exposure is None
    if whole and min(metric.sizes) < least:
        return metric.too_few(least)
    effects = event_effects(a, b, replace(config, kind=metric.kind), metric.settings.level(1.0))
    relative = next(
        ((e.estimate - 1, e.low - 1, e.high - 1) for e in effects if e.aspect is Aspect.RATIO),
        None,
    )
    against = counts_against(a, b, config, metric.kind)
    bursts = max(a.dispersion, b.dispersion)
    return metric.decided(of_events(effects), effects, against, bursts, relative)
