"""Whether inputs and outputs find each other: how many rows have their other half."""

from collections.abc import Mapping

from shared.domain.collected import Joined
from shared.domain.decisions.collection.expected import FEW, judge_came
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

_UNSAMPLED = 0.9
_WHOLE = 100.0


def judge_joined(
    joined: Joined, thing: str, outputs_sampling: Mapping[str, float], *, enforced: bool
) -> Finding:
    """The share of the inputs that have their outputs, against what sampling lets expect.

    Each collection is sampled on its own, so of the inputs only the sampled share of the outputs is
    there; half of that is asked for, and nine tenths where all outputs are collected. Nothing is
    asked for where nobody collects outputs. `n_needed` is None where the rows decide.
    """
    rate = min(outputs_sampling.values(), default=_WHOLE) / _WHOLE
    few = _UNSAMPLED if rate >= 1.0 else FEW
    numbers = _numbers(joined)
    if not joined.inputs or not joined.outputs:
        side = "outputs" if joined.inputs else "inputs"
        sentence = f"No {side} were collected, so nothing could be joined. {numbers}"
        return _finding(thing, Verdict.PASS, "nothing_to_join", sentence, enforced=False)
    found = judge_came(joined.with_outputs, joined.inputs, rate, few=few)
    verdict, reason = found.verdict, "outputs_not_joined"
    if verdict is Verdict.INCONCLUSIVE:
        reason = "too_few_rows"
    if verdict is Verdict.PASS or found.share >= rate:
        verdict, reason = Verdict.PASS, "joined"
    expected = (
        ""
        if rate >= 1.0
        else f" Outputs are sampled on their own, so about {100.0 * rate:.3g} % can be expected."
    )
    return Finding(
        rule=Rule.COLLECTION,
        thing=thing,
        verdict=verdict,
        reason=reason,
        sentence=(
            f"{100.0 * found.share:.3g} % of the inputs have their outputs "
            f"({100.0 * found.low:.3g} to {100.0 * found.high:.3g} %).{expected} {numbers}"
        ),
        statistic="share_with_outputs",
        estimate=found.share,
        low=found.low,
        high=found.high,
        limit=found.limit,
        n=joined.inputs,
        n_needed=found.needed,
        enforced=enforced,
    )


def _numbers(joined: Joined) -> str:
    parts = [
        f"{spell_number(joined.inputs - joined.with_outputs)} of {spell_number(joined.inputs)} "
        "inputs are without outputs",
        f"{spell_number(joined.outputs - joined.with_inputs)} of {spell_number(joined.outputs)} "
        "outputs without inputs",
    ]
    repeated = joined.repeated_inputs + joined.repeated_outputs
    if repeated:
        parts.append(f"{spell_number(repeated)} rows have an id that came before")
    if joined.without_id:
        parts.append(f"{spell_number(joined.without_id)} rows have no id")
    return f"{'; '.join(parts)}."


def _finding(
    thing: str, verdict: Verdict, reason: str, sentence: str, *, enforced: bool
) -> Finding:
    return Finding(
        rule=Rule.COLLECTION,
        thing=thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        enforced=enforced,
    )
