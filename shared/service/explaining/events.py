"""An event explained: how it came in, which rules were tried on it, what was sent because of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.canonical import parse_time
from shared.domain.chain.links import is_stub
from shared.domain.event import EXTENSION_PREFIX, Event
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_list
from shared.ports import Archive, ArchivedEvent, Ledger
from shared.service.explaining.explanation import Explanation, Moment, Thing
from shared.service.explaining.history import Decision, History, moment_of
from shared.service.explaining.names import MOST_EVENTS
from shared.service.explaining.wording import spell_second

_MOST_OUTBOX = 1000
_ERASED = "It was decided; what was decided was erased since."
_QUIET = frozenset({"SaveBaseline"})


def explain_event(
    thing: Thing, ledger: Ledger, archive: Archive, history: History, now: datetime
) -> Explanation:
    """From the archive, the decision, and the outbox."""
    decision = _decision(thing, history)
    archived = _archived(thing, decision, archive)
    event = decision["event"] if decision is not None else (archived and archived.event) or None
    if decision is None:
        decision = _of_inbox(thing, archived, ledger)
    erased = decision is not None and is_stub(decision)
    decision = None if erased else decision
    moments = [*_came(archived), *(() if decision is None else _found(decision))]
    unsent = {message.id for message in ledger.unsent(_MOST_OUTBOX)}
    moments += () if decision is None else _sent(decision, unsent)
    kind = "" if event is None else str(event["type"]).removeprefix(EXTENSION_PREFIX)
    if event is None and erased:
        kind = f"An event of {thing.subject}"
    return Explanation(
        thing=thing,
        at=now,
        title=f"{kind or 'A payload that cannot be read'}"
        + (f" of {event['subject']}" if event is not None else ""),
        now=(_ERASED,) if erased else tuple(_now(archived, decision)),
        facts=tuple(_facts(event, archived, decision)),
        moments=tuple(moments),
        evidence=None if decision is None else decision["evidence"],
        policy=None if decision is None else decision["policy"],
        commands=tuple(_commands(decision)),
        notes=history.notes,
    )


def _decision(thing: Thing, history: History) -> Decision | None:
    if not thing.subject:
        return None
    found = [one for one in history.of(thing.subject) if one["event"]["id"] == thing.name]
    return found[-1] if found else None


def _of_inbox(thing: Thing, archived: ArchivedEvent | None, ledger: Ledger) -> Decision | None:
    """What the ledger knows under its key, of what its chain does not tell any more."""
    if archived is None:
        return ledger.decision(thing.subject, thing.name) if thing.subject else None
    if archived.event is None:
        return None
    read = Event.from_cloud_event(archived.event)
    return ledger.decision(read.subject, read.key)


def _archived(thing: Thing, decision: Decision | None, archive: Archive) -> ArchivedEvent | None:
    """Events of Driftgate's own are in no archive, since nobody sent them."""
    if decision is not None:
        event = Event.from_cloud_event(decision["event"])
        return archive.get(event.key)
    direct = archive.get(thing.name)
    if direct is not None:
        return direct
    every = archive.list(limit=MOST_EVENTS)
    return next((one for one in every if (one.event or {}).get("id") == thing.name), None)


def _came(archived: ArchivedEvent | None) -> Iterator[Moment]:
    if archived is None:
        return
    refused = archived.refusal
    yield Moment(
        at=archived.received,
        subject=str((archived.event or {}).get("subject") or ""),
        event="received",
        rule="intake",
        reason="refused" if refused else "kept",
        sentence=(
            f"It came in by {archived.via} and was refused: {refused}"
            if refused
            else f"It came in by {archived.via}, was kept in the archive, and queued."
        ),
        verdict=Verdict.ERROR if refused else Verdict.PASS,
        decision="",
    )


def _found(decision: Decision) -> Iterator[Moment]:
    for finding in decision["findings"]:
        told = "" if finding.get("enforced", True) else " This is told and decides nothing."
        yield moment_of(decision, finding, f"{finding['sentence']}{told}")


def _sent(decision: Decision, unsent: set[str]) -> Iterator[Moment]:
    """Each action as a moment, with whether its message has left."""
    from shared.service.notices import request_text

    pairs = zip(decision["actions"], decision["messages"], strict=False)
    for action, message in pairs:
        if action["action"] in _QUIET:
            continue
        waits = ""
        if message is not None:
            waits = " Its message is still in the outbox." if message in unsent else ""
        yield Moment(
            at=parse_time(decision["decided"]),
            subject=decision["event"]["subject"],
            event="asked",
            rule=action["action"],
            reason="asked",
            sentence=f"{_words(action, request_text)}{waits}",
            verdict=Verdict.PASS,
            decision=decision["hash"],
            thing="" if message is None else f"message/{message[:16]}",
        )


def _words(action: Mapping[str, Any], request_text: Any) -> str:
    match action["action"]:
        case "PostAlert":
            alert = action["alert"]
            return f"Raises the alert {alert['fingerprint']}: {alert['title']}."
        case "ResolveAlert":
            alert = action["alert"]
            return f"Ends the alert {alert['fingerprint']}: {action['reason']}."
        case "ScheduleCheck":
            event = action["event"]
            return (
                f"Looks again ({event['data']['check']} of {event['subject']}) at "
                f"{spell_second(parse_time(event['time']))}."
            )
        case "Notify":
            notice = action["notice"]
            return f"Has {notice['receiver']} told, by notice {notice['id']}: {notice['title']}."
        case "Deliver":
            notice = action["notice"]
            return f"Sends notice {notice['id']} over {action['channel']}."
        case "PutAside":
            return f"Puts notice {action['notice']['id']} aside: {action['sentence']}"
        case "Tell":
            event = action["event"]
            kind = str(event["type"]).removeprefix(EXTENSION_PREFIX)
            return f"Tells {event['subject']}: {kind}."
        case "WantRetraining":
            return (
                f"Asks the governor of {action['model']} for a retraining because of "
                f"{action['cause']} in {action['window']}."
            )
        case _:
            return str(request_text({"data": action}))


def _now(archived: ArchivedEvent | None, decision: Decision | None) -> Iterator[str]:
    if decision is None:
        if archived is not None and archived.refusal is not None:
            yield f"It was refused and decided nothing: {archived.refusal}"
        else:
            yield "It is kept and queued, and not decided yet."
        return
    findings, at = decision["findings"], spell_second(parse_time(decision["decided"]))
    raised = [a["alert"]["title"] for a in decision["actions"] if a["action"] == "PostAlert"]
    ended = [a["alert"]["title"] for a in decision["actions"] if a["action"] == "ResolveAlert"]
    yield f"It was decided at {at}: {decision['verdict']}, by {_tried(findings)}."
    if raised:
        yield f"It raised {spell_list([one_line(title, 200) for title in raised], most=5)}."
    if ended:
        yield f"It ended {spell_list([one_line(title, 200) for title in ended], most=5)}."
    if not raised and not ended:
        yield "It raised no alert and ended none; what each rule found is below."


def _tried(findings: Sequence[Mapping[str, Any]]) -> str:
    rules = list(dict.fromkeys(str(one["rule"]).replace("_", " ") for one in findings))
    if not rules:
        return "no rule: nothing reacts to it"
    noun = "rule" if len(rules) == 1 else "rules"
    return f"{len(rules)} {noun} ({spell_list(rules, most=8)})"


def _facts(
    event: Mapping[str, Any] | None, archived: ArchivedEvent | None, decision: Decision | None
) -> Iterator[tuple[str, str]]:
    if event is not None:
        yield "event", event["id"]
        yield "type", str(event["type"]).removeprefix(EXTENSION_PREFIX)
        yield "subject", event["subject"]
        yield "happened", spell_second(parse_time(event["time"]))
        yield "source", event["source"]
        if event.get("correlationid"):
            yield "belongs to", event["correlationid"]
        if event.get("replayname"):
            yield "replay", event["replayname"]
    if archived is not None:
        yield "received", f"{spell_second(archived.received)} by {archived.via}"
        yield "kept as", archived.key
    if decision is not None:
        yield "decision", decision["hash"]


def _commands(decision: Decision | None) -> Iterator[tuple[str, str]]:
    seen = dict.fromkeys(
        action["alert"]["fingerprint"]
        for action in (() if decision is None else decision["actions"])
        if action["action"] in {"PostAlert", "ResolveAlert"}
    )
    for fingerprint in list(seen)[:10]:
        yield "Explain the alert", f"driftgate explain {fingerprint}"
