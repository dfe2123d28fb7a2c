"""The fleet's budget for retrainings: who asked, who was granted, and who waits for what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from shared.domain.action import Action, Tell
from shared.domain.canonical import content_hash, format_time
from shared.domain.decision import Outcome
from shared.domain.decisions.budget.granting import Waits, grant, running, too_dear, used
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import BudgetEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Policy
from shared.domain.retraining import BudgetEntry, BudgetWatch, RetrainingPhase
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_duration, spell_number

_MOST_NAME = 255
_SETTLES = timedelta(hours=1)
"""So long a retraining that its governor does not know keeps what it was granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """The entries after an event, what is said of it, and who has to be answered."""

    entries: dict[str, BudgetEntry]
    findings: tuple[Finding, ...] = ()
    asker: str | None = None


def decide_budget(
    event: Event,
    evidence: BudgetEvidence,
    policy: Policy | None,  # noqa: ARG001  every decision has this signature
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Enter who asks, release what ended, and grant in the order of asking.

    What a retraining costs counts from its grant on for the budget's span; its place is free when
    it ends. A return that is lost is made up for by looking at the retraining itself. While the
    fleet's file cannot be read nothing is granted.
    """
    budget = evidence.fleet.retraining
    heard = _hear(event, state.budget.entries, evidence, now)
    entries, released = _released(heard.entries, evidence, now)
    entries = {
        identity: entry
        for identity, entry in entries.items()
        if entry.ended is None or entry.granted is None or entry.granted > now - budget.per
    }
    findings, actions = [*heard.findings, *released], list[Action]()
    if evidence.problem is not None:
        waiting = sum(entry.granted is None for entry in entries.values())
        sentence = f"{evidence.problem.rstrip('.')}. {waiting} retrainings wait until it is right."
        findings.append(_finding(event.subject, "fleet_unread", sentence, Verdict.ERROR))
        return _outcome(event, state, entries, findings, actions)
    for identity, entry in list(entries.items()):
        dear = None if entry.granted is not None else too_dear(entry, budget)
        if dear is not None:
            del entries[identity]
            findings.append(_of(identity, entry, "refused", dear, Verdict.FAIL))
            actions.append(
                _tell(event, now, EventType.RETRAINING_REFUSED, identity, entry, {"sentence": dear})
            )
    before = entries
    entries, waits = grant(before, budget, now)
    for identity, entry in entries.items():
        if entry.granted is not None and before[identity].granted is None:
            spent = (
                f"it is granted its cost of {spell_number(entry.cost)}; "
                f"{spell_number(used(entries, budget, now))} of {spell_number(budget.cost)} are "
                f"spent in {spell_duration(budget.per)}"
                if budget.cost is not None
                else f"{len(running(entries))} retrainings are under way"
            )
            findings.append(_of(identity, entry, "granted", spent))
            actions.append(_tell(event, now, EventType.RETRAINING_GRANTED, identity, entry, {}))
        elif identity == heard.asker and entry.granted is not None:
            findings.append(_of(identity, entry, "granted_before", "it is granted already"))
            actions.append(_tell(event, now, EventType.RETRAINING_GRANTED, identity, entry, {}))
    for identity, why in waits.items():
        findings.append(_of(identity, entries[identity], why.reason, why.sentence))
        if identity == heard.asker:
            told = EventType.RETRAINING_DELAYED
            actions.append(_tell(event, now, told, identity, entries[identity], _delay(why)))
    return _outcome(event, state, entries, findings, actions)


def _hear(
    event: Event, entries: Mapping[str, BudgetEntry], evidence: BudgetEvidence, now: datetime
) -> _Heard:
    """Enter who asks; who asked, was granted and ended asks late, unless it did not begin yet."""
    kept = dict(entries)
    if event.type is EventType.CHECK_DUE:
        return _Heard(entries=kept)
    identity, model = _name(event, "retraining"), _name(event, "model")
    if identity is None or model is None:
        key = "retraining" if identity is None else "model"
        return _Heard(entries=kept, findings=(_unreadable(event, key, "name it"),))
    if event.type is EventType.BUDGET_RETURNED:
        return _returned(event, kept, identity, now)
    cost = event.data.get("cost")
    if isinstance(cost, bool) or not isinstance(cost, int | float) or not _is_cost(cost):
        told = _unreadable(event, "cost", "give a number from 0 on")
        return _Heard(entries=kept, findings=(told,))
    known = kept.get(identity)
    if known is not None and known.ended is not None:
        phase = evidence.standings.get(identity)
        if phase != RetrainingPhase.ASKED.value:
            told = _of(identity, known, "asked_late", "it is over, and asks for nothing any more")
            return _Heard(entries=kept, findings=(told,))
    if known is None or known.ended is not None:
        kept[identity] = BudgetEntry(model=model, cost=float(cost), asked=min(event.time, now))
    return _Heard(entries=kept, asker=identity)


def _returned(
    event: Event, entries: dict[str, BudgetEntry], identity: str, now: datetime
) -> _Heard:
    """Its place is free again; what it cost stays spent, unless nothing was trained for it."""
    entry = entries.get(identity)
    if entry is None or entry.ended is not None:
        told = f"{identity[:16]} is returned, which has no place in the budget."
        return _Heard(entries=entries, findings=(_finding(event.subject, "returned_before", told),))
    spent = event.data.get("spent") is not False and entry.granted is not None
    if spent:
        entries[identity] = replace(entry, ended=now)
    else:
        del entries[identity]
    said = "its place is free again" + ("" if spent else ", and what it was to cost")
    return _Heard(entries=entries, findings=(_of(identity, entry, "returned", said),))


def _released(
    entries: dict[str, BudgetEntry], evidence: BudgetEvidence, now: datetime
) -> tuple[dict[str, BudgetEntry], list[Finding]]:
    """Without those whose retraining is over by its governor's own state.

    One that its governor does not know any more is over too, unless it was entered just now.
    """
    kept, findings = dict(entries), []
    for identity, entry in entries.items():
        if entry.ended is not None or entry.model not in evidence.known:
            continue
        phase = evidence.standings.get(identity)
        lately = now - (entry.granted or entry.asked) < _SETTLES
        if (phase is None and lately) or (phase is not None and RetrainingPhase(phase).is_open):
            continue
        if entry.granted is None:
            del kept[identity]
        else:
            kept[identity] = replace(entry, ended=now)
        said = f"its retraining is {phase or 'not remembered any more'}, its place is free again"
        findings.append(_of(identity, entry, "released", said))
    return kept, findings


def _outcome(
    event: Event,
    state: SubjectState,
    entries: dict[str, BudgetEntry],
    findings: list[Finding],
    actions: list[Action],
) -> Outcome:
    """The entries as they are now; the check is reported while one of them is open."""
    name = Check.RETRAINING.value
    checks = {check: time for check, time in state.checks.items() if check != name}
    if any(entry.ended is None for entry in entries.values()):
        checks[name] = max(event.time, state.checks.get(name, event.time))
    told = _finding(event.subject, "at_rest", "Nothing changes in the budget for retrainings.")
    return Outcome(
        findings=tuple(findings) or (told,),
        actions=tuple(actions),
        state=replace(state, budget=BudgetWatch(entries=entries), checks=checks),
    )


def _delay(why: Waits) -> dict[str, Any]:
    until = {} if why.until is None else {"until": format_time(why.until)}
    return {"sentence": f"The fleet's budget lets it wait: {why.sentence}.", **until}


def _tell(
    event: Event,
    now: datetime,
    kind: EventType,
    identity: str,
    entry: BudgetEntry,
    data: Mapping[str, Any],
) -> Tell:
    return Tell(
        event=Event(
            id=content_hash([event.key, kind.value, identity])[:32],
            source=f"driftgate/{event.subject}",
            type=kind,
            subject=f"retraining/{entry.model}",
            time=now,
            data={"retraining": identity, **data},
            correlation_id=event.correlation_id or event.id,
            replay=event.replay,
        )
    )


def _name(event: Event, key: str) -> str | None:
    value = event.data.get(key)
    return one_line(value, _MOST_NAME) or None if isinstance(value, str) else None


def _is_cost(value: float) -> bool:
    return isfinite(value) and value >= 0


def _unreadable(event: Event, key: str, fix: str) -> Finding:
    sentence = f"{key} of {event.id[:80]} is {str(event.data.get(key))[:80]!r}; {fix}."
    return _finding(event.subject, "unreadable", sentence, Verdict.ERROR)


def _of(
    identity: str, entry: BudgetEntry, reason: str, said: str, verdict: Verdict = Verdict.PASS
) -> Finding:
    sentence = f"The retraining {identity[:16]} of {entry.model}: {said.rstrip('.')}."
    return _finding(f"retraining/{identity}", reason, sentence, verdict, entry)


def _finding(
    thing: str,
    reason: str,
    sentence: str,
    verdict: Verdict = Verdict.PASS,
    entry: BudgetEntry | None = None,
) -> Finding:
    details = None if entry is None else {"model": entry.model, "cost": entry.cost}
    return Finding(
        rule=Rule.BUDGET,
        thing=thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        details=details,
    )
