"""Tags that have to be set."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list


def judge_tags(case: Case) -> tuple[Judged, ...]:
    """Every required tag is set to something."""
    wanted = case.gates.required_tags
    if not wanted:
        return ()
    missing = [tag for tag in wanted if not str(case.candidate.tags.get(tag, "")).strip()]
    finding = Finding(
        rule=Rule.TAGS_GATE,
        thing=f"model/{case.candidate.name}",
        verdict=Verdict.FAIL if missing else Verdict.PASS,
        reason="tags_missing" if missing else "tags_present",
        sentence=(
            f"{case.named} lacks the required tags: {spell_list(missing)}."
            if missing
            else f"{case.named} has every required tag: {spell_list(wanted)}."
        ),
        n=len(wanted) - len(missing),
        n_needed=len(wanted),
    )
    return (Judged(finding=finding),)
