"""The version against the one that serves now, metric by metric, with a margin each."""

import math

from shared.domain.decisions.gates.age import unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.measured.change import Change, compare
from shared.domain.decisions.gates.measured.samples import Method, Sample, sample
from shared.domain.decisions.gates.metrics import disagreement, not_there
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Margin
from shared.domain.recorded import Recorded, recorded
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number
from shared.domain.world import ModelVersion

_REASONS = {
    Verdict.PASS: "not_worse",
    Verdict.FAIL: "worse",
    Verdict.INCONCLUSIVE: "unsure",
}


def judge_champion(case: Case) -> tuple[Judged, ...]:
    """No metric may be worse than the champion's by more than its margin.

    With an interval of the change it fails when the whole interval lies beyond the margin, passes
    when all of it lies within, and is inconclusive between. Without one the change itself decides
    and the sentence says that nobody knows how sure it is.
    """
    gate = case.gates.champion
    if not gate.metrics:
        return ()
    thing = f"model/{case.candidate.name}"
    stale = unusable(
        case, Rule.CHAMPION_GATE, thing, case.evidence, gate, f"what is recorded of {case.named}"
    )
    if stale is not None:
        return (stale,)
    champion = case.evidence.champion
    if champion is None:
        return (Judged(finding=_alone(case, thing)),)
    return tuple(
        Judged(finding=_judge(case, champion, name, gate.metrics[name]))
        for name in sorted(gate.metrics)
    )


def _alone(case: Case, thing: str) -> Finding:
    """Nothing serves, or nobody knows what does: only the first is a pass."""
    verdict, reason = Verdict.PASS, "no_champion"
    target = case.evidence.target
    endpoint = target.endpoint if target is not None else None
    serving = endpoint.serving() if endpoint is not None else None
    if case.policy.endpoint is None and case.stage.endpoint is None:
        verdict, reason = Verdict.INCONCLUSIVE, "no_endpoint"
        sentence = (
            f"No endpoint is named, so nobody knows what serves and {case.named} cannot be "
            "compared; set `endpoint` in the policy."
        )
    elif serving is not None and (serving.model, serving.version) == (
        case.candidate.name,
        case.candidate.version,
    ):
        sentence = f"{case.named} serves already, so there is nothing to compare it with."
    elif serving is not None and (serving.model is None or serving.version is None):
        verdict, reason = Verdict.INCONCLUSIVE, "champion_unknown"
        sentence = (
            f"Deployment {serving.name} serves, but it does not say which version it carries, so "
            f"{case.named} cannot be compared; deploy it from a registered model."
        )
    elif serving is not None and serving.model == case.candidate.name:
        verdict, reason = Verdict.INCONCLUSIVE, "champion_unread"
        sentence = (
            f"{serving.model}:{serving.version} serves and is not registered any more, so "
            f"{case.named} cannot be compared with it; register it again, or let the gate pass."
        )
    else:
        model = case.candidate.name
        sentence = f"No version of {model} serves yet that {case.named} could be worse than."
    return Finding(
        rule=Rule.CHAMPION_GATE, thing=thing, verdict=verdict, reason=reason, sentence=sentence
    )


def _judge(case: Case, champion: ModelVersion, name: str, margin: Margin) -> Finding:
    ours, theirs = recorded(case.candidate, name), recorded(champion, name)
    if ours is None or ours.value is None:
        return _lacking(name, not_there(case.candidate, name, ours), ours, "metric_missing")
    if theirs is None or theirs.value is None:
        sentence = f"The serving champion is no measure: {not_there(champion, name, theirs)}"
        return _lacking(name, sentence, theirs, "champion_lacks_metric")
    samples = (
        sample(name, ours.value, margin, lambda counted: recorded(case.candidate, counted)),
        sample(name, theirs.value, margin, lambda counted: recorded(champion, counted)),
    )
    confidence = case.gates.champion.confidence
    change = compare(*samples, margin, confidence)
    low, high = change.interval or (None, None)
    n = samples[0].n
    serving = f"{champion.name}:{champion.version}"
    allowed = f"{spell_change(change.limit)} is" if change.limit else "none for the worse is"
    sentence = (
        f"{name} is {_spell(ours)} against {_spell(theirs)} of the serving champion {serving}: "
        f"a change of {spell_change(change.estimate)}, and {allowed} allowed. "
        f"{_how_sure(change, samples, confidence)}"
    )
    return Finding(
        rule=Rule.CHAMPION_GATE,
        thing=f"champion/{name}",
        verdict=change.verdict,
        reason=_REASONS[change.verdict],
        sentence=(sentence + _mend(name, change, n) + disagreement(ours) + disagreement(theirs)),
        statistic=f"change of {name}",
        estimate=change.estimate,
        low=low,
        high=high,
        limit=change.limit,
        n=n,
        n_needed=None if n is None or change.times is None else math.ceil(n * change.times),
        details={
            "interval": samples[0].method.value if change.interval else Method.NONE.value,
            "candidate": {"value": ours.value, "n": n, **ours.told},
            "champion": {
                "version": champion.version,
                "value": theirs.value,
                "n": samples[1].n,
                **theirs.told,
            },
        },
    )


def spell_change(value: float) -> str:
    """A change with its sign.

    >>> spell_change(0.01), spell_change(-0.002), spell_change(0.0)
    ('+0.01', '−0.002', '0')
    """
    sign = "" if value == 0 else "+" if value > 0 else "−"
    return f"{sign}{spell_number(abs(value))}"


def _spell(found: Recorded) -> str:
    """The number, and where it stands if that is not where it was measured."""
    return f"{spell_number(found.value)}{f' ({found.source})' if found.stated else ''}"


def _lacking(name: str, sentence: str, found: Recorded | None, reason: str) -> Finding:
    return Finding(
        rule=Rule.CHAMPION_GATE,
        thing=f"champion/{name}",
        verdict=Verdict.INCONCLUSIVE,
        reason=reason if found is None else "metric_unreadable",
        sentence=sentence,
        statistic=f"change of {name}",
        details=None if found is None else found.told,
    )


def _how_sure(change: Change, samples: tuple[Sample, Sample], confidence: float) -> str:
    why = next((one.why for one in samples if one.why), None)
    if change.interval is None:
        return f"Nobody knows how sure that is: {why}."
    low, high = change.interval
    note = f" ({why})" if why else ""
    return (
        f"With {confidence * 100:.4g} % confidence the change lies between {spell_change(low)} and "
        f"{spell_change(high)}{note}."
    )


def _mend(name: str, change: Change, n: float | None) -> str:
    """What would decide an inconclusive one."""
    if change.verdict is not Verdict.INCONCLUSIVE:
        return ""
    if change.times is None:
        return (
            " No number of rows would tell a change from the limit it lies at; allow a margin in "
            f"`gates.champion.metrics.{name}`."
        )
    if n is None:
        return f" About {spell_number(change.times)} times as many rows on both sides would decide."
    return f" About {spell_number(math.ceil(n * change.times))} rows on both sides would decide."
