"""What happened at one moment, to stand as a mark in a chart or as a line in a list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.event import key_of
from shared.domain.wording import one_line
from shared.service.history.spans import Decision

_SENTENCE = 600


class MarkKind(StrEnum):
    """What kind of thing happened."""

    EVENT = "event"
    VERDICT = "verdict"
    VERSION = "version"
    BASELINE = "baseline"
    DEPLOYMENT_CREATED = "deployment_created"
    DEPLOYMENT_WRITTEN = "deployment_written"
    DEPLOYMENT_FAILED = "deployment_failed"
    DEPLOYMENT_DELETED = "deployment_deleted"
    TRAFFIC_CHANGED = "traffic_changed"
    PROMOTION = "promotion"
    ROLLOUT = "rollout"
    ALERT_BEGAN = "alert_began"
    ALERT_ENDED = "alert_ended"
    RETRAINING = "retraining"


class LinkKind(StrEnum):
    """What a link leads to."""

    EVENT = "event"
    DECISION = "decision"
    ALERT = "alert"
    PROMOTION = "promotion"
    RETRAINING = "retraining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where more is told: an event by its key, a decision by its hash, an alert by fingerprint."""

    kind: LinkKind
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What happened, when, to what subject, in one sentence, and where more is told of it.

    `about` is what it is of: a deployment, a version, the kind of an alert. `decision` is the hash
    of the decision that told it. `sentence` may hold what others wrote: escape it.
    """

    at: datetime
    kind: MarkKind
    subject: str
    about: str
    sentence: str
    link: Link
    decision: str


def mark_of(
    decision: Decision,
    kind: MarkKind,
    at: datetime,
    about: str,
    sentence: str,
    link: Link | None = None,
) -> Mark:
    """A mark of a decision; without a link of its own it leads to where it came from."""
    return Mark(
        at=at,
        kind=kind,
        subject=str(decision["event"]["subject"]),
        about=one_line(about, 200),
        sentence=one_line(sentence, _SENTENCE),
        link=link or source_of(decision),
        decision=str(decision["hash"]),
    )


def source_of(decision: Decision) -> Link:
    """The event that was decided where somebody sent it, else the decision itself."""
    event = decision["event"]
    if str(event["source"]).startswith("driftgate/"):
        return Link(kind=LinkKind.DECISION, target=str(decision["hash"]))
    return Link(kind=LinkKind.EVENT, target=key_of(event))
