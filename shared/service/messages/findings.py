"""What a decision found, for anyone to react to."""

from typing import Any

from shared.domain.canonical import canonical_json, content_hash, to_plain
from shared.domain.decision import Decision
from shared.domain.verdict import Verdict
from shared.ports import Message
from shared.service.messages.envelopes import cloud_event

FINDINGS = "findings"
MOST_FOUND = 128 * 1024


def findings_message(decision: Decision) -> Message | None:
    """What a decision found, for anyone to react to; None when it found nothing.

    The verdict is both in `data.verdict` and in the properties, to filter on. Of very many those
    that pass are left out, then the last ones, and `omitted` counts them: a message over the
    broker's limit would hold up all that wait behind it.
    """
    if not decision.findings:
        return None
    verdict = decision.verdict.value
    found = _fitting(decision, verdict)
    identity = content_hash([decision.hash, FINDINGS])
    return Message(
        id=identity,
        queue=FINDINGS,
        session=decision.event.subject[:128],
        body=cloud_event(decision, identity, "FindingsMade", found),
        properties={"verdict": verdict},
    )


def _fitting(decision: Decision, verdict: str) -> dict[str, Any]:
    told = list(decision.findings)
    if len(canonical_json(told)) > MOST_FOUND:
        told = [one for one in told if one.verdict is not Verdict.PASS]
    while len(canonical_json(told)) > MOST_FOUND:
        told = told[: len(told) // 2]
    found: dict[str, Any] = {"verdict": verdict, "findings": to_plain(told)}
    omitted = len(decision.findings) - len(told)
    return {**found, "omitted": omitted} if omitted else found
