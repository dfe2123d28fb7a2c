"""So many promotions of all models may be open at the same time."""

from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list


def judge_budget(case: Case) -> tuple[Judged, ...]:
    """Fewer than `most_open` others are on their way; else it waits for one of them to end.

    What is on its way keeps its place, so that those that found the last one in the same moment do
    not wait for each other: it bounds what people have to follow, it is no lock.
    """
    gate, reading = case.gates.budget, case.evidence.budget
    thing = f"stage/{case.stage.name}"
    fault = unusable(case, Rule.BUDGET_GATE, thing, reading, gate, "the list of open promotions")
    if fault is not None:
        return (fault,)
    others = () if reading is None else reading.open
    count = len(others)
    listed = f" ({spell_list(list(others))})" if count else ""
    counted = "1 promotion is open" if count == 1 else f"{count} promotions are open"
    if case.promotion is not None and case.promotion.phase.is_on_its_way:
        verdict, reason = Verdict.PASS, "on_its_way"
        sentence = f"{case.named} is on its way and keeps its place; {counted}{listed} besides."
    elif count < gate.most_open:
        verdict, reason = Verdict.PASS, "within_budget"
        sentence = f"{counted}{listed}, fewer than {gate.most_open}."
    else:
        verdict, reason = Verdict.INCONCLUSIVE, "budget_used"
        sentence = (
            f"{counted}{listed} and at most {gate.most_open} may be; "
            f"{case.named} waits until one of them ends."
        )
    return (
        Judged(
            finding=Finding(
                rule=Rule.BUDGET_GATE,
                thing=thing,
                verdict=verdict,
                reason=reason,
                sentence=sentence,
                statistic="open promotions",
                estimate=float(count),
                limit=float(gate.most_open),
            ),
            look_again=None if verdict is Verdict.PASS else case.at + AGAIN,
        ),
    )
