"""Policy files that cannot be used: their model is not gated, and nobody would notice."""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.event import Event
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict

_TOLD_EACH = 20
_CHECK = {True: "lint", False: "FILE"}
_OF_MODEL = "Its model is not gated, and its endpoint is watched with defaults."
_OF_FLEET = (
    "People are told by the last one that could be used, or where there was none, the log alone is."
)


def judge_policies(
    event: Event, sentences: tuple[str, ...]
) -> tuple[tuple[Finding, ...], tuple[Alert, ...]]:
    """A finding and an alert a file, as many as one message each can be sent of at once."""
    told = [_judge(event, sentence) for sentence in sentences[:_TOLD_EACH]]
    return tuple(finding for finding, _ in told), tuple(alert for _, alert in told)


def _judge(event: Event, sentence: str) -> tuple[Finding, Alert]:
    file = sentence.partition(":")[0].split(" ")[0]
    finding = Finding(
        rule=Rule.POLICY_FOUND,
        thing=f"policy/{file}",
        verdict=Verdict.FAIL,
        reason="invalid_policy",
        sentence=sentence,
    )
    of_fleet = file.startswith("fleet.")
    alert = Alert(
        kind=AlertKind.POLICY_INVALID,
        subject=event.subject,
        severity=Severity.WARNING,
        title=f"the policy file {file} cannot be used",
        text=f"{sentence} {_OF_FLEET if of_fleet else _OF_MODEL}",
        first_step=f"Mend the file; check it with: driftgate policy {_CHECK[of_fleet]}",
        since=event.time,
        labels={"file": file},
    )
    return finding, alert
