"""An alert's own life: the findings that raised and ended it, and the looks between."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.finding import Rule
from shared.domain.notices import AlertLife
from shared.domain.state import AlertRecord, AlertStatus
from shared.domain.verdict import Verdict
from shared.domain.wording import begin
from shared.errors import NotFound
from shared.service.explaining.explanation import AlertFacts, Moment
from shared.service.explaining.history import (
    Decision,
    History,
    event_word,
    figures_of,
    moment_of,
)

_MOST_WORDS = 3
"""So many findings behind an alert are said with it; all are with its event."""


def facts_of(
    fingerprint: str,
    record: AlertRecord | None,
    life: AlertLife | None,
    decisions: Sequence[Decision],
) -> AlertFacts:
    """What the alert is: as its subject remembers it, else its scope, else as it was decided.

    Raises NotFound when no decision that is looked through raised or ended it.
    """
    if record is not None:
        alert, over = record.alert, record.reason
        ended = record.resolved if record.status is AlertStatus.RESOLVED else None
    elif life is not None:
        alert, ended, over = life.alert, life.ended, life.over
    else:
        return _facts_decided(fingerprint, decisions)
    return AlertFacts(
        fingerprint=fingerprint,
        kind=alert.kind.value,
        severity=alert.severity.value,
        subject=alert.subject,
        title=alert.title,
        text=alert.text,
        first_step=alert.first_step,
        since=alert.since,
        labels=dict(alert.labels),
        ended=ended,
        over=over if ended is not None else None,
    )


def _facts_decided(fingerprint: str, decisions: Sequence[Decision]) -> AlertFacts:
    """From the last decision that raised or ended it."""
    for decision in reversed(decisions):
        for action in actions_of(decision, fingerprint):
            alert, over = action["alert"], action["action"] == "ResolveAlert"
            return AlertFacts(
                fingerprint=fingerprint,
                kind=alert["kind"],
                severity=alert["severity"],
                subject=alert["subject"],
                title=alert["title"],
                text=alert["text"],
                first_step=alert["first_step"],
                since=parse_time(alert["since"]),
                labels=dict(alert.get("labels") or {}),
                ended=parse_time(decision["decided"]) if over else None,
                over=action.get("reason") if over else None,
            )
    raise NotFound(
        f"The alert {fingerprint} is named by decisions, but the one that raised it is older than "
        "what is looked through."
    )


def actions_of(decision: Decision, fingerprint: str) -> Iterator[Mapping[str, Any]]:
    """Those actions of a decision that raise or end the alert."""
    for action in decision["actions"]:
        if (action.get("alert") or {}).get("fingerprint") == fingerprint:
            yield action


def raising(
    fingerprint: str, of: str, record: AlertRecord | None, history: History
) -> Iterator[Moment]:
    """What its subject decided: the findings that raised and ended it, and the looks between.

    One that was raised before what is looked through is told from what is remembered.
    """
    seen: set[tuple[str, str]] = set()
    decisions = history.of(of)
    fires = record is not None and _is_older(record, decisions)
    if record is not None and fires:
        yield _raised_before(record, of)
    for decision in decisions:
        actions = list(actions_of(decision, fingerprint))
        for action in actions:
            again, fires = fires, action["action"] == "PostAlert"
            basis = list(_basis(decision, action["alert"], seen))
            seen |= {(one["rule"], one["thing"]) for one in basis} if fires else set()
            yield _changed(decision, action, basis, again=again)
        if actions or not fires:
            continue
        if not seen and record is not None:
            plain = {"kind": record.alert.kind.value, "labels": record.alert.labels}
            seen = {(one["rule"], one["thing"]) for one in _basis(decision, plain, seen)}
        for finding in decision["findings"]:
            if (finding["rule"], finding["thing"]) in seen:
                yield moment_of(decision, finding)


def _is_older(record: AlertRecord, decisions: Sequence[Decision]) -> bool:
    return bool(decisions) and record.posted < parse_time(decisions[0]["decided"])


def _raised_before(record: AlertRecord, of: str) -> Moment:
    return Moment(
        at=record.posted,
        subject=of,
        event="remembered",
        rule="",
        reason="raised",
        sentence=f"Raised by {of}, in a decision older than what is looked through.",
        verdict=Verdict.FAIL,
        decision="",
        thing=f"alert/{record.alert.fingerprint}",
    )


def _basis(
    decision: Decision, alert: Mapping[str, Any], seen: set[tuple[str, str]]
) -> Iterator[Mapping[str, Any]]:
    """The findings that an alert rests on: of its kind, else of its labels, else all that fail.

    Where a promotion stands is no reason of its own; the gates that it names are.
    """
    found, own = decision["findings"], decision["event"]["subject"].partition("/")[2]
    again = [one for one in found if (one["rule"], one["thing"]) in seen]
    wrong = [one for one in found if one["verdict"] != Verdict.PASS.value]
    wrong = [one for one in wrong if one.get("enforced", True)] or wrong
    values = set((alert.get("labels") or {}).values()) - {own}
    mine = [
        one
        for one in wrong
        if str(one["thing"]).partition("/")[2] in values and one["rule"] != Rule.PROMOTION.value
    ]
    exact = [one for one in mine or wrong if one["reason"] == alert["kind"]]
    yield from again or exact or mine or wrong


def _changed(
    decision: Decision,
    action: Mapping[str, Any],
    basis: Sequence[Mapping[str, Any]],
    *,
    again: bool,
) -> Moment:
    """The raising or the ending as one moment, in the words of the findings behind it."""
    alert, subject = action["alert"], decision["event"]["subject"]
    raised = action["action"] == "PostAlert"
    verb = "Over" if not raised else f"Told anew, now {alert['severity']}," if again else "Raised"
    words = [one["sentence"] for one in basis] or [alert["title"]]
    words = list(dict.fromkeys(words)) if raised else [begin(action["reason"])]
    more = f" And {len(words) - _MOST_WORDS} more." if len(words) > _MOST_WORDS else ""
    first = basis[0] if basis else None
    return Moment(
        at=parse_time(decision["decided"]),
        subject=subject,
        event=event_word(decision),
        rule="" if first is None else first["rule"],
        reason="raised" if raised else "over",
        sentence=f"{verb} by the {event_word(decision)} of {subject}: "
        f"{' '.join(as_sentence(one) for one in words[:_MOST_WORDS])}{more}",
        verdict=Verdict.FAIL if raised else Verdict.PASS,
        decision=decision["hash"],
        thing=f"alert/{alert['fingerprint']}",
        figures="" if first is None else figures_of(first),
    )


def as_sentence(text: str) -> str:
    """With its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
