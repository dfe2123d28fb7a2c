"""Which events a replay means: pure, so that the same events fit however often it is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, EventType
from shared.domain.replay import WAYS_IN, By, Of, Selection
from shared.domain.verdict import Verdict
from shared.errors import InvalidData
from shared.service.replaying.predicate import Predicate

UNDECIDED = "none"
_SHORTEST_KEY = 8
_OF_MODEL = ("model", "alerts", "retraining")


class Selected:
    """Asks a selection of one event after the other.

    Raises InvalidData for a selection that cannot be meant.
    """

    def __init__(self, selection: Selection) -> None:
        _refuse_unknown("type", selection.types, [kind.value for kind in EventType])
        _refuse_unknown("via", selection.vias, WAYS_IN)
        verdicts = [*(verdict.value for verdict in Verdict), UNDECIDED]
        _refuse_unknown("verdict", selection.verdicts, verdicts)
        if selection.subject is not None and "/" not in selection.subject:
            raise InvalidData(
                f"subject is {selection.subject[:80]!r}; give its kind as well, as model/churn."
            )
        if selection.since and selection.until and selection.since >= selection.until:
            raise InvalidData("since is not before until; name a later until.")
        if selection.of is Of.CHAINS and (selection.vias or UNDECIDED in selection.verdicts):
            raise InvalidData(
                "Of chains there is neither via nor an event without verdict; ask of the archive."
            )
        self.selection = selection
        self._where = None if selection.where is None else Predicate(selection.where)

    def event(self, event: Mapping[str, Any] | None, key: str, received: datetime | str) -> bool:
        """Whether an event fits, as far as that can be told without its decision.

        It is a CloudEvent, None for what could not be read; `received` is when it came in, or when
        it was decided. Its key is asked for only where an event is named.
        """
        asked = self.selection
        if event is None:
            fits = not asked.of_events_alone and _named(asked, "", key)
            return fits and self._at(None, received) and self.decision(None, None)
        return (
            (not asked.types or short_type(event) in asked.types)
            and (not asked.sources or event["source"] in asked.sources)
            and (asked.subject is None or event["subject"] == asked.subject)
            and (asked.correlation is None or _correlates(event, asked.correlation))
            and (asked.model is None or _is_of_model(event, asked.model))
            and (asked.endpoint is None or _is_of(event, ("endpoint",), asked.endpoint))
            and _named(asked, event["id"], key)
            and self._at(event, received)
        )

    def erased(self, subject: str, decided: str) -> bool:
        """Whether a decision whose contents were erased fits: of it only this is known."""
        asked = self.selection
        if asked.types or asked.sources or asked.correlation or asked.events:
            return False
        known = {"subject": subject}
        return (
            (asked.subject is None or subject == asked.subject)
            and (asked.model is None or _is_of_model(known, asked.model))
            and (asked.endpoint is None or _is_of(known, ("endpoint",), asked.endpoint))
            and self._at(None, decided)
            and self.decision(None, None)
        )

    def via(self, via: str) -> bool:
        """Whether the way in fits."""
        return not self.selection.vias or via in self.selection.vias

    def decision(self, event: Mapping[str, Any] | None, decision: Mapping[str, Any] | None) -> bool:
        """Whether an event fits with the decision that is recorded of it, None where none is."""
        verdicts = self.selection.verdicts
        recorded = UNDECIDED if decision is None else decision.get("verdict", "erased")
        if verdicts and recorded not in verdicts:
            return False
        if self._where is None:
            return True
        named = None if event is None else {**event, "type": short_type(event)}
        return self._where.holds(named, decision)

    def _at(self, event: Mapping[str, Any] | None, received: datetime | str) -> bool:
        asked = self.selection
        if asked.since is None and asked.until is None:
            return True
        time = event["time"] if asked.by is By.EVENT and event is not None else received
        at = parse_time(time) if isinstance(time, str) else time
        return (asked.since is None or at >= asked.since) and (
            asked.until is None or at < asked.until
        )


def short_type(event: Mapping[str, Any]) -> str:
    """The type as people name it."""
    return str(event["type"]).removeprefix(EXTENSION_PREFIX)


def received_span(selection: Selection) -> tuple[datetime | None, datetime | None]:
    """The times of receipt between which an archive has all that may fit.

    What happened is received later, by a clock that may be a little behind.
    """
    if selection.by is By.RECEIVED:
        return selection.since, selection.until
    since = selection.since
    return (None if since is None else since - timedelta(hours=1)), None


def _named(selection: Selection, identity: str, key: str) -> bool:
    return not selection.events or any(
        one == identity or (len(one) >= _SHORTEST_KEY and key.startswith(one))
        for one in selection.events
    )


def _correlates(event: Mapping[str, Any], correlation: str) -> bool:
    return correlation in {event.get("correlationid"), event["id"]}


def _is_of_model(event: Mapping[str, Any], model: str) -> bool:
    return _is_of(event, _OF_MODEL, model)


def _is_of(event: Mapping[str, Any], kinds: Sequence[str], name: str) -> bool:
    """Of a subject with that name, or told of one in the event's data."""
    kind, _, subject = event["subject"].partition("/")
    if kind in kinds and subject == name:
        return True
    data = event.get("data")
    return isinstance(data, Mapping) and data.get(kinds[0]) == name


def _refuse_unknown(field: str, asked: Sequence[str], known: Sequence[str]) -> None:
    for one in asked:
        if one not in known:
            raise InvalidData(f"{field} is {one[:80]!r}; there are {', '.join(sorted(known))}.")
