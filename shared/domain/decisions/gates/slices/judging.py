"""Metrics that were logged a slice at a time: how far apart they lie, and each within bounds."""

import math
from typing import Any

from shared.domain.decisions.gates.age import unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.measured.samples import Sample
from shared.domain.decisions.gates.slices.gaps import Place, widest_gap, worst_in_bounds
from shared.domain.decisions.gates.slices.samples import Sliced, read_slices
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Bound, SlicesGate
from shared.domain.recorded import recorded_names
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_number

_MOST_SLICES = 200
"""Of more, each has so few rows that nothing could be said of all of them together."""


def judge_slices(case: Case) -> tuple[Judged, ...]:
    """No metric may differ by more between two slices, nor lie outside of its bounds in one.

    Where rows are counted by slice, what is said holds with the gate's confidence for all slices
    of a metric together; where they are not, the numbers themselves decide.
    """
    gate = case.gates.slices
    if not gate.max_gap and not gate.bounds:
        return ()
    thing = f"model/{case.candidate.name}"
    stale = unusable(
        case, Rule.SLICES_GATE, thing, case.evidence, gate, f"what is recorded of {case.named}"
    )
    if stale is not None:
        return (stale,)
    names = recorded_names(case.candidate)
    findings = []
    for metric in sorted({*gate.max_gap, *gate.bounds}):
        sliced = read_slices(case.candidate, metric, names)
        if metric in gate.max_gap:
            findings.append(_gap(case, gate, sliced, gate.max_gap[metric]))
        if metric in gate.bounds:
            findings.append(_bounded(case, gate, sliced, gate.bounds[metric]))
    return tuple(Judged(finding=finding) for finding in findings)


def _gap(case: Case, gate: SlicesGate, sliced: Sliced, most: float) -> Finding:
    metric, thing = sliced.metric, f"slice_gap/{sliced.metric}"
    if len(sliced.samples) > _MOST_SLICES:
        return _too_many(case, sliced, thing)
    place = widest_gap(sliced.groups(), most, gate.confidence)
    if place is None:
        return _missing(case, gate, sliced, thing, 2)
    high, low = place.slices
    values = [spell_number(sliced.samples[one].value) for one in place.slices]
    sentence = (
        f"{metric} differs by {spell_number(place.estimate)} between {high.named} ({values[0]}) "
        f"and {low.named} ({values[1]}); at most {spell_number(most)} is allowed."
    )
    words = {
        Verdict.PASS: "gaps_within",
        Verdict.FAIL: "gap_too_large",
        Verdict.INCONCLUSIVE: "gap_unsure",
    }
    return _finding(gate, sliced, place, sentence, thing, f"gap of {metric}", most, words)


def _bounded(case: Case, gate: SlicesGate, sliced: Sliced, bound: Bound) -> Finding:
    metric, thing = sliced.metric, f"slice_bounds/{sliced.metric}"
    if not sliced.samples:
        return _missing(case, gate, sliced, thing, 1)
    if len(sliced.samples) > _MOST_SLICES:
        return _too_many(case, sliced, thing)
    place = worst_in_bounds(sliced.samples, bound, gate.confidence)
    ends = [
        f"{word} {spell_number(end)}"
        for word, end in (("at least", bound.min), ("at most", bound.max))
        if end is not None
    ]
    limit = bound.min if bound.min is not None else bound.max
    if bound.min is not None and bound.max is not None and place.estimate > bound.max:
        limit = bound.max
    sentence = (
        f"{metric} is {spell_number(place.estimate)} for {place.slices[0].named}, the worst of "
        f"{len(sliced.samples)} slices; wanted is {' and '.join(ends) or 'any value'}."
    )
    words = {
        Verdict.PASS: "slices_within",
        Verdict.FAIL: "slice_outside",
        Verdict.INCONCLUSIVE: "slice_unsure",
    }
    return _finding(gate, sliced, place, sentence, thing, metric, limit, words)


def _finding(
    gate: SlicesGate,
    sliced: Sliced,
    place: Place,
    sentence: str,
    thing: str,
    statistic: str,
    limit: float | None,
    words: dict[Verdict, str],
) -> Finding:
    """The worst place, unless it passes and others cannot be read."""
    verdict, reason = place.verdict, words[place.verdict]
    told = [sentence, *_how_sure(gate, sliced, place)]
    if sliced.unreadable:
        told.append(f"Besides, {spell_list(list(sliced.unreadable), 3)}.")
        if verdict is Verdict.PASS:
            verdict, reason = Verdict.INCONCLUSIVE, "slice_unreadable"
    low, high = place.interval or (None, None)
    undecided = place.verdict is Verdict.INCONCLUSIVE and place.times is not None
    return Finding(
        rule=Rule.SLICES_GATE,
        thing=thing,
        verdict=verdict,
        reason=reason,
        sentence=" ".join(told),
        statistic=statistic,
        estimate=place.estimate,
        low=low,
        high=high,
        limit=limit,
        n=place.n,
        n_needed=(
            math.ceil(place.n * (place.times or 1.0)) if undecided and place.n is not None else None
        ),
        details=_details(sliced, place),
    )


def _how_sure(gate: SlicesGate, sliced: Sliced, place: Place) -> list[str]:
    why = next((why for one in place.slices if (why := sliced.samples[one].why)), None)
    if place.interval is None:
        return [f"Nobody knows how sure that is: {why}."]
    low, high = (spell_number(end) for end in place.interval)
    note = f" ({why})" if why else ""
    told = [
        f"With {gate.confidence * 100:.4g} % confidence over all slices it lies between {low} and "
        f"{high}{note}."
    ]
    if place.verdict is Verdict.INCONCLUSIVE:
        told.append(_mend(place))
    return told


def _mend(place: Place) -> str:
    """What would decide an inconclusive one."""
    if place.times is None:
        return "No number of rows would tell it from the limit it lies at; move the limit."
    if place.n is None:
        return f"About {spell_number(place.times)} times as many rows would decide."
    return f"About {spell_number(math.ceil(place.n * place.times))} rows a slice would decide."


def _details(sliced: Sliced, place: Place) -> dict[str, Any]:
    def told(one: Sample) -> dict[str, Any]:
        return {"value": one.value, "n": one.n, "interval": one.method.value}

    return {
        "worst": [one.named for one in place.slices],
        "slices": {one.named: told(found) for one, found in sliced.samples.items()},
        "unreadable": list(sliced.unreadable),
    }


def _missing(case: Case, gate: SlicesGate, sliced: Sliced, thing: str, needed: int) -> Finding:
    metric = sliced.metric
    wanted = "a gap is between two" if needed > 1 else "one is needed"
    found = spell_list([one.named for one in sliced.samples]) or "none"
    unreadable = f" {spell_list(list(sliced.unreadable), 3)}." if sliced.unreadable else ""
    passes = not gate.required and not sliced.unreadable
    return Finding(
        rule=Rule.SLICES_GATE,
        thing=thing,
        verdict=Verdict.PASS if passes else Verdict.INCONCLUSIVE,
        reason="slices_missing",
        sentence=(
            f"{metric} is not recorded by slice for {case.named} ({wanted}; recorded: {found}); "
            f"log it in the training run as `{metric}/region/north` and so on."
            f"{' The policy does not require it.' if passes else ''}{unreadable}"
        ),
        n=len(sliced.samples),
        n_needed=needed,
    )


def _too_many(case: Case, sliced: Sliced, thing: str) -> Finding:
    return Finding(
        rule=Rule.SLICES_GATE,
        thing=thing,
        verdict=Verdict.INCONCLUSIVE,
        reason="too_many_slices",
        sentence=(
            f"{sliced.metric} has {len(sliced.samples)} slices for {case.named}; at most "
            f"{_MOST_SLICES} are judged together, so cut it by fewer values."
        ),
        n=len(sliced.samples),
        n_needed=_MOST_SLICES,
    )
