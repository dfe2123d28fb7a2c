"""Which message each action becomes, with an id that makes a repeat harmless."""

from typing import Any

from shared.domain.action import (
    Action,
    PostAlert,
    RequestPromotion,
    RequestRetraining,
    RequestRollback,
    ResolveAlert,
    SaveBaseline,
    ScheduleCheck,
    ShiftTraffic,
    TagModel,
    describe,
)
from shared.domain.canonical import canonical_json, content_hash, format_time, to_plain
from shared.domain.decision import Decision
from shared.domain.event import EXTENSION_PREFIX, Event
from shared.domain.verdict import Verdict
from shared.ports import Message

CHECKS = "checks"
ALERTS = "alerts"
RETRAINING_REQUESTS = "retraining-requests"
PROMOTION_REQUESTS = "promotion-requests"
FINDINGS = "findings"
_MOST_FOUND = 128 * 1024


def work_message(event: Event) -> Message:
    """The message that asks for one event to be handled, in order within its subject.

    A check that is due later is delivered later; anything else at once.
    """
    scheduled = event.time if event.source == "driftgate/schedule" else None
    return Message(
        id=event.key,
        queue=CHECKS,
        session=event.subject[:128],
        body=event.to_cloud_event(),
        scheduled=scheduled,
    )


def messages_of(decision: Decision) -> list[Message | None]:
    """The message of each action, in order; None for an action that is done by the commit itself.

    Requests are identified by what they ask for, so that two decisions asking the same ask once;
    notices by the decision, so that a problem that comes back is told again.
    """
    return [_message(decision, index, action) for index, action in enumerate(decision.actions)]


def _message(decision: Decision, index: int, action: Action) -> Message | None:
    match action:
        case SaveBaseline():
            return None
        case ScheduleCheck(event=event):
            return work_message(event)
        case PostAlert(alert=alert) | ResolveAlert(alert=alert):
            state = "firing" if isinstance(action, PostAlert) else "resolved"
            return Message(
                id=content_hash([decision.hash, index]),
                queue=ALERTS,
                session=alert.fingerprint,
                body=_envelope(decision, index, action),
                properties={
                    "state": state,
                    "severity": alert.severity.value,
                    "kind": alert.kind.value,
                    "subject": alert.subject,
                    **{f"label_{name}": value for name, value in alert.labels.items()},
                },
            )
        case RequestRetraining(model=model, cause=cause, window=window):
            return Message(
                id=content_hash([action.kind, model, cause, window]),
                queue=RETRAINING_REQUESTS,
                session=decision.event.subject[:128],
                body=_envelope(decision, index, action),
                properties={"model": model, "cause": cause},
            )
        case RequestPromotion(model=model, version=version, stage=stage):
            named = action.promotion or action.evidence_hash
            return _request(
                decision,
                index,
                action,
                identity=[action.kind, model, version, stage, named],
                properties={"model": model, "version": version, "stage": stage},
            )
        case RequestRollback(model=model, version=version, stage=stage):
            return _request(
                decision,
                index,
                action,
                identity=[action.kind, model, version, stage, action.promotion],
                properties={"model": model, "version": version, "stage": stage},
            )
        case ShiftTraffic(model=model, endpoint=endpoint, order=order):
            return _request(
                decision,
                index,
                action,
                identity=[action.kind, endpoint, order],
                properties={"model": model, "endpoint": endpoint},
            )
        case TagModel(model=model, version=version, tags=tags):
            return _request(
                decision,
                index,
                action,
                identity=[action.kind, model, version, tags, decision.hash],
                properties={"model": model, "version": version},
            )


def _request(
    decision: Decision,
    index: int,
    action: RequestPromotion | RequestRollback | ShiftTraffic | TagModel,
    *,
    identity: list[Any],
    properties: dict[str, str],
) -> Message:
    """What is carried out for a promotion; `action` in its properties says which it is."""
    return Message(
        id=content_hash(identity),
        queue=PROMOTION_REQUESTS,
        session=decision.event.subject[:128],
        body=_envelope(decision, index, action),
        properties={"action": action.kind, **properties},
    )


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
        body=_cloud_event(decision, identity, "FindingsMade", found),
        properties={"verdict": verdict},
    )


def _fitting(decision: Decision, verdict: str) -> dict[str, Any]:
    told = list(decision.findings)
    if len(canonical_json(told)) > _MOST_FOUND:
        told = [one for one in told if one.verdict is not Verdict.PASS]
    while len(canonical_json(told)) > _MOST_FOUND:
        told = told[: len(told) // 2]
    found: dict[str, Any] = {"verdict": verdict, "findings": to_plain(told)}
    omitted = len(decision.findings) - len(told)
    return {**found, "omitted": omitted} if omitted else found


def _envelope(decision: Decision, index: int, action: Action) -> dict[str, Any]:
    return _cloud_event(
        decision, content_hash([decision.hash, index]), action.kind, describe(action)
    )


def _cloud_event(
    decision: Decision, identity: str, kind: str, data: dict[str, Any]
) -> dict[str, Any]:
    """A CloudEvent, so that anyone can subscribe without knowing Driftgate's own forms."""
    event = decision.event
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": identity,
        "source": f"driftgate/{event.subject}",
        "type": EXTENSION_PREFIX + kind,
        "subject": event.subject,
        "time": format_time(decision.decided),
        "datacontenttype": "application/json",
        "correlationid": event.correlation_id or event.id,
        "data": {**data, "decision": decision.hash, "event": event.id},
    }
    if event.replay is not None:
        envelope["replayname"] = event.replay
    return envelope
