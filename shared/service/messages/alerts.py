"""Alerts as they are raised, and the notices that people get: both on the topic `alerts`."""

from shared.domain.action import Deliver, PostAlert, PutAside, ResolveAlert
from shared.domain.canonical import content_hash
from shared.domain.decision import Decision
from shared.domain.policy import ChannelKind
from shared.ports import Message
from shared.service.messages.envelopes import envelope

ALERTS = "alerts"
UNDELIVERED = "undelivered"
SUBSCRIPTIONS = {
    kind: f"{ALERTS}/{kind.value}" for kind in ChannelKind if kind is not ChannelKind.LOG
}
"""Where the notices of each channel are read; those of the log are read with the alerts."""


def alert_message(decision: Decision, index: int, action: PostAlert | ResolveAlert) -> Message:
    """An alert that began or is over, as it is decided: one message an alert, for machines."""
    alert = action.alert
    return Message(
        id=content_hash([decision.hash, index]),
        queue=ALERTS,
        session=alert.fingerprint,
        body=envelope(decision, index, action),
        properties={
            "what": "alert",
            "state": "firing" if isinstance(action, PostAlert) else "resolved",
            "severity": alert.severity.value,
            "kind": alert.kind.value,
            "subject": alert.subject,
            **{f"label_{name}": value for name, value in alert.labels.items()},
        },
    )


def delivery_message(decision: Decision, index: int, action: Deliver) -> Message:
    """A notice on the topic: its properties are what anyone can filter on."""
    notice = action.notice
    return Message(
        id=content_hash([decision.hash, index]),
        queue=ALERTS,
        session=notice.group[:128],
        body=envelope(decision, index, action),
        properties={
            "what": "notice",
            "channel": action.channel.value,
            "receiver": notice.receiver,
            "scope": notice.scope,
            "state": "resolved" if notice.resolved else "firing",
            "severity": notice.severity.value,
            "reason": notice.reason.value,
            "kinds": " ".join(sorted({alert.kind.value for alert in notice.alerts})),
        },
    )


def aside_message(decision: Decision, index: int, action: PutAside) -> Message:
    """A notice that nothing could deliver, kept with why."""
    return Message(
        id=content_hash([decision.hash, index]),
        queue=UNDELIVERED,
        session=action.notice.group[:128],
        body=envelope(decision, index, action),
        properties={"receiver": action.notice.receiver, "reason": action.reason},
    )
