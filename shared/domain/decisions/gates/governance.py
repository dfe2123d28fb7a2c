"""Whose the version is and where it comes from."""

from shared.domain.decisions.gates.age import unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line

_MOST = 80


def judge_governance(case: Case) -> tuple[Judged, ...]:
    """An archived version never goes on; what the policy requires has to be recorded.

    Each is a finding of its own, so that an override can let one of them pass and no other.
    Silent where nothing is required and nothing is archived.
    """
    gate, version = case.gates.governance, case.candidate
    stale = unusable(
        case,
        Rule.GOVERNANCE_GATE,
        f"model/{version.name}",
        case.evidence,
        gate,
        f"what is recorded of {case.named}",
    )
    if stale is not None:
        return (stale,)
    stated = {**version.tags, **version.properties}
    required = (
        (
            gate.owner,
            "owner",
            f"The owner of {case.named}",
            stated.get("owner"),
            "set the tag `owner`",
        ),
        (
            gate.data,
            "training_data",
            f"The training data of {case.named}",
            version.training_data,
            "register it from the job that read the data asset, or set the tag `training_data`",
        ),
        (
            gate.run,
            "run",
            f"The run that made {case.named}",
            version.run,
            "register it from its run, not from a local folder",
        ),
        (
            gate.environment,
            "environment",
            f"The environment in which {case.named} was trained",
            version.environment,
            "register it from its job, or set the tag `environment`",
        ),
    )
    findings = [
        _recorded(reason, what, value, mend)
        for asked, reason, what, value, mend in required
        if asked
    ]
    if version.archived:
        findings.insert(0, _archived(case))
    return tuple(Judged(finding=finding) for finding in findings)


def _archived(case: Case) -> Finding:
    return Finding(
        rule=Rule.GOVERNANCE_GATE,
        thing="governance/archived",
        verdict=Verdict.FAIL,
        reason="archived",
        sentence=(
            f"{case.named} is archived; restore it in the registry if it was archived by mistake, "
            "or register a new version."
        ),
    )


def _recorded(reason: str, what: str, value: str | None, mend: str) -> Finding:
    text = one_line(value or "", _MOST)
    if text:
        verdict, sentence = Verdict.PASS, f"{what} is {text}."
        details = {"recorded": text}
    else:
        verdict, details = Verdict.FAIL, None
        sentence = f"{what} is not recorded; {mend}."
    return Finding(
        rule=Rule.GOVERNANCE_GATE,
        thing=f"governance/{reason}",
        verdict=verdict,
        reason=f"{reason}_recorded" if text else f"{reason}_missing",
        sentence=sentence,
        details=details,
    )
