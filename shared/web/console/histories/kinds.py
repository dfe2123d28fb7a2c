"""The kinds of things that a timeline can be narrowed to, and how each of them reads."""

from enum import StrEnum

from shared.service.history import MarkKind


class Narrowed(StrEnum):
    """What a timeline shows, as an address says it."""

    ALL = "all"
    TRAFFIC = "traffic"
    PROMOTIONS = "promotions"
    ALERTS = "alerts"
    VERDICTS = "verdicts"
    RETRAININGS = "retrainings"
    EVENTS = "events"

    @property
    def label(self) -> str:
        """How people say it."""
        return _LABELS[self]

    @property
    def kinds(self) -> frozenset[MarkKind]:
        """The marks that it takes; none for all of them."""
        return _KINDS.get(self, frozenset())


_LABELS = {
    Narrowed.ALL: "Everything",
    Narrowed.TRAFFIC: "Deployments and traffic",
    Narrowed.PROMOTIONS: "Versions and promotions",
    Narrowed.ALERTS: "Alerts",
    Narrowed.VERDICTS: "Changed verdicts",
    Narrowed.RETRAININGS: "Retrainings",
    Narrowed.EVENTS: "What came in",
}
_KINDS = {
    Narrowed.TRAFFIC: frozenset(
        {
            MarkKind.DEPLOYMENT_CREATED,
            MarkKind.DEPLOYMENT_WRITTEN,
            MarkKind.DEPLOYMENT_FAILED,
            MarkKind.DEPLOYMENT_DELETED,
            MarkKind.TRAFFIC_CHANGED,
        }
    ),
    Narrowed.PROMOTIONS: frozenset(
        {MarkKind.VERSION, MarkKind.BASELINE, MarkKind.PROMOTION, MarkKind.ROLLOUT}
    ),
    Narrowed.ALERTS: frozenset({MarkKind.ALERT_BEGAN, MarkKind.ALERT_ENDED}),
    Narrowed.VERDICTS: frozenset({MarkKind.VERDICT}),
    Narrowed.RETRAININGS: frozenset({MarkKind.RETRAINING}),
    Narrowed.EVENTS: frozenset({MarkKind.EVENT}),
}
_TONES = {
    MarkKind.ALERT_BEGAN: "bad",
    MarkKind.DEPLOYMENT_FAILED: "bad",
    MarkKind.ALERT_ENDED: "good",
    MarkKind.TRAFFIC_CHANGED: "unsure",
}


def tone_of(kind: MarkKind) -> str:
    """The tone of an entry: what went wrong, what is over, what changed for callers."""
    return _TONES.get(kind, "")


def word_of(kind: MarkKind) -> str:
    """What an entry is, in a word or two."""
    return kind.value.replace("_", " ")
