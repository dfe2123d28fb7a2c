"""What people said is meant to be, with what an event adds to it or takes back."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.people.intent import LONGEST, Intent, intent_of
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_list, spell_time
from shared.domain.world import Endpoint

_KEPT = timedelta(days=30)
_MOST = 200
_DAY = timedelta(days=1)


def intents_after(event: Event, state: SubjectState, now: datetime) -> tuple[Intent, ...]:
    """What is meant to be, with what this event says of it; what ended long ago is forgotten.

    Taken back stays taken back, also when the two events come in the wrong order. The ones that
    are over are the first to go when there are very many.
    """
    kept = {intent.id: intent for intent in state.intents if intent.end > now - _KEPT}
    if event.type is EventType.INTENT_DECLARED and not _too_far(event, now):
        said = intent_of(event)
        before = kept.get(said.id)
        if before is not None and before.withdrawn is not None:
            said = _taken_back(said, before.withdrawn, before)
        kept[said.id] = said
    if event.type is EventType.INTENT_WITHDRAWN:
        name = str(event.data.get("intent"))
        by = Intent(
            id=name,
            author=str(event.data.get("author")),
            reason=str(event.data.get("reason")),
            since=event.time,
            until=event.time,
        )
        by = replace(by, withdrawn_by=by.author, withdrawn_because=by.reason)
        if kept.get(name, by).withdrawn is None:
            kept[name] = _taken_back(kept.get(name, by), event.time, by)
    return tuple(sorted(kept.values(), key=lambda one: one.end > now)[-_MOST:])


def intent_findings(
    event: Event, state: SubjectState, endpoint: Endpoint | None, now: datetime
) -> tuple[Finding, ...]:
    """What became of an intent that was declared or withdrawn; nothing for any other event."""
    if event.type not in {EventType.INTENT_DECLARED, EventType.INTENT_WITHDRAWN}:
        return ()
    author, reason = str(event.data.get("author")), str(event.data.get("reason"))
    did = "declared" if event.type is EventType.INTENT_DECLARED else "withdrew"
    words, sentence = did, f"{author} {did} an intent at {spell_time(event.time)}: {reason}"
    if did == "declared" and _too_far(event, now):
        words, sentence = "too_far", f"{sentence}; it ends too far from now and does not count"
    elif did == "withdrew" and str(event.data.get("intent")) not in {i.id for i in state.intents}:
        words, sentence = "unknown", f"{sentence}; there is none such yet"
    elif did == "declared" and endpoint is not None:
        there = {deployment.name for deployment in endpoint.deployments}
        missing = sorted(_named(intent_of(event)) - there)
        if missing:
            sentence += f"; {endpoint.name} has no deployment {spell_list(missing)} yet"
    return (
        Finding(
            rule=Rule.INTENT,
            thing=event.subject,
            verdict=Verdict.FAIL if words == "too_far" else Verdict.PASS,
            reason=words,
            sentence=f"{one_line(sentence, 1500).rstrip('.')}.",
        ),
    )


def _too_far(event: Event, now: datetime) -> bool:
    """An event's own time, which its end was compared with, may be anything."""
    return intent_of(event).until > now + LONGEST + _DAY


def _taken_back(intent: Intent, at: datetime, by: Intent) -> Intent:
    return replace(
        intent,
        withdrawn=at,
        withdrawn_by=by.withdrawn_by,
        withdrawn_because=by.withdrawn_because,
    )


def _named(intent: Intent) -> set[str]:
    if intent.deployment is not None:
        return {intent.deployment}
    return {name for name, share in (intent.traffic or {}).items() if share > 0}
