"""An alert explained: raised by which finding, routed where, told or held by what, over why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash
from shared.domain.notices import AlertLife, GroupWatch
from shared.domain.notices.scope import scope_of
from shared.domain.people import silence as silence_said
from shared.domain.state import AlertRecord, SubjectState
from shared.errors import InvalidPolicy
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.explaining.explanation import AlertFacts, Explanation, Moment, Thing
from shared.service.explaining.history import (
    Decision,
    History,
    in_order,
)
from shared.service.explaining.names import active_scopes
from shared.service.explaining.now_of_alert import now_of_alert
from shared.service.explaining.raising import actions_of, as_sentence, facts_of, raising
from shared.service.explaining.wording import spell_second

_ALERTS, _SILENCE = "alerts/", "silence "
_NOTHING = content_hash(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the findings about an alert name, so that what they speak of is told too."""

    groups: frozenset[str]
    notices: frozenset[str]
    receivers: tuple[str, ...]
    silences: frozenset[str]


def explain_alert(
    thing: Thing, ledger: Ledger, policies: Policies, history: History, now: datetime
) -> Explanation:
    """From the decisions of its subject, its scope, its receivers and the silences.

    Raises NotFound when nothing that is looked through speaks of it any more.
    """
    fingerprint = thing.name
    scopes = _scopes(thing, ledger, policies)
    life, scope = _life(fingerprint, scopes, ledger)
    of = life.of if life is not None else _subject(thing, scopes, history)
    record = _record(fingerprint, of, ledger)
    own = list(raising(fingerprint, of, record, history))
    facts = facts_of(fingerprint, record, life, history.of(of))
    told = _without_doubles(
        history.moments(scopes, lambda finding: concerns(finding, fingerprint)), fingerprint
    )
    named = names_in(scopes, history, fingerprint)
    later = history.moments(
        [f"receiver/{name}" for name in named.receivers],
        lambda finding: _of_group(finding, named, fingerprint),
    )
    silenced = history.moments(
        [silence_said.SUBJECT] if named.silences else [],
        lambda finding: str(finding["thing"]).removeprefix("silence/") in named.silences,
    )
    moments, note = in_order([*own, *silenced, *told, *later])
    judged = _judged(fingerprint, history.of(of))
    watched = _groups(fingerprint, named, scope)
    return Explanation(
        thing=replace(thing, subject=of),
        at=now,
        title=facts.title,
        now=tuple(
            now_of_alert(
                facts,
                life,
                watched,
                ledger,
                now,
                is_told=_has_fleet(policies) or life is not None,
                held=_held(moments, scopes, history, fingerprint),
                nowhere=next((m.sentence for m in reversed(told) if m.reason == "nowhere"), None),
                reached=_reached(later),
            )
        ),
        facts=tuple(_told_of(facts, of, life)),
        moments=moments,
        alert=facts,
        evidence=None if judged is None else judged["evidence"],
        policy=None if judged is None else judged["policy"],
        commands=commands_for(fingerprint, life, now),
        notes=(*history.notes, *([note] if note else [])),
    )


def concerns(finding: Mapping[str, Any], fingerprint: str) -> bool:
    """Whether a finding speaks of an alert, alone or among others."""
    details = finding.get("details") or {}
    return (
        finding["thing"] == f"alert/{fingerprint}"
        or details.get("fingerprint") == fingerprint
        or fingerprint in (details.get("fingerprints") or ())
    )


def names_in(scopes: Sequence[str], history: History, fingerprint: str) -> Named:
    """The groups, notices, receivers and silences that its findings name."""
    found: dict[str, dict[str, None]] = {"group": {}, "notice": {}, "receiver": {}}
    silences = set()
    for scope in scopes:
        for decision in history.of(scope):
            for finding in decision["findings"]:
                if not concerns(finding, fingerprint):
                    continue
                details = finding.get("details") or {}
                for name, seen in found.items():
                    if details.get(name):
                        seen[str(details[name])] = None
                by = str(details.get("by") or "")
                if by.startswith(_SILENCE):
                    silences.add(by.removeprefix(_SILENCE))
    return Named(
        groups=frozenset(found["group"]),
        notices=frozenset(found["notice"]),
        receivers=tuple(found["receiver"]),
        silences=frozenset(silences),
    )


def _without_doubles(moments: Sequence[Moment], fingerprint: str) -> list[Moment]:
    """Without a notice as a whole where the same decision says how it tells this alert."""
    own = {
        (one.decision, one.about)
        for one in moments
        if one.thing == f"alert/{fingerprint}" and one.reason in {"told", "counted"}
    }
    return [
        one
        for one in moments
        if not (one.thing.startswith("notice/") and (one.decision, one.about) in own)
    ]


def _of_group(finding: Mapping[str, Any], named: Named, fingerprint: str) -> bool:
    """Of a receiver's findings those about a notice that told it, or one that waits for it."""
    details = finding.get("details") or {}
    if details.get("notice"):
        return details["notice"] in named.notices or concerns(finding, fingerprint)
    return details.get("group") in named.groups


def _scopes(thing: Thing, ledger: Ledger, policies: Policies) -> list[str]:
    """The one that its subject belongs to by today's policies, and the one that knows it."""
    found = [thing.subject] if thing.subject.startswith(_ALERTS) else _belonging(thing, policies)
    if not any(_knows(scope, thing.name, ledger) for scope in found):
        found += [one for one in active_scopes(ledger) if _knows(one, thing.name, ledger)]
    return list(dict.fromkeys(found))


def _belonging(thing: Thing, policies: Policies) -> list[str]:
    kind, _, name = thing.subject.partition("/")
    models: list[str | None] = [name if kind == "model" else None]
    try:
        policy = policies.for_endpoint(name) if kind == "endpoint" else None
    except InvalidPolicy:
        policy = None
    models += [policy.model] if policy is not None else []
    return [scope_of(thing.subject, model) for model in models]


def _knows(scope: str, fingerprint: str, ledger: Ledger) -> bool:
    plain = ledger.state(scope).state.get("scope") or {}
    return fingerprint in (plain.get("lives") or {})


def _life(
    fingerprint: str, scopes: Sequence[str], ledger: Ledger
) -> tuple[AlertLife | None, Mapping[str, GroupWatch]]:
    for subject in scopes:
        scope = decode(ledger.state(subject).state, SubjectState).scope
        if fingerprint in scope.lives:
            return scope.lives[fingerprint], scope.groups
    return None, {}


def _subject(thing: Thing, scopes: Sequence[str], history: History) -> str:
    """Who raised it, where only its scope's decisions still say so."""
    for scope in scopes if thing.subject.startswith(_ALERTS) else ():
        for decision in reversed(history.of(scope)):
            data = decision["event"].get("data") or {}
            if data.get("of") and any(concerns(f, thing.name) for f in decision["findings"]):
                return str(data["of"])
    return thing.subject


def _record(fingerprint: str, of: str, ledger: Ledger) -> AlertRecord | None:
    plain = (ledger.state(of).state.get("alerts") or {}).get(fingerprint)
    return None if plain is None else decode(plain, AlertRecord)


def _judged(fingerprint: str, decisions: Sequence[Decision]) -> Decision | None:
    """The last decision that raised or ended it and kept what it rests on."""
    own = [one for one in decisions if any(actions_of(one, fingerprint))]
    return next((one for one in reversed(own) if one["evidence"] != _NOTHING), None)


def _reached(moments: Sequence[Moment]) -> dict[str, str]:
    """What became of the last notice about it, by receiver, in the words of then."""
    last = {one.subject: one for one in sorted(moments, key=lambda one: one.at)}
    return {
        subject.removeprefix("receiver/"): f"{spell_second(one.at)}: {as_sentence(one.sentence)}"
        for subject, one in last.items()
    }


def _held(
    moments: Sequence[Moment], scopes: Sequence[str], history: History, fingerprint: str
) -> dict[str, str]:
    """By receiver the last sentence that held it back."""
    found: dict[str, str] = {}
    for scope in scopes:
        for decision in history.of(scope):
            for finding in decision["findings"]:
                details = finding.get("details") or {}
                if finding["reason"] == "held" and details.get("fingerprint") == fingerprint:
                    found[str(details.get("receiver"))] = finding["sentence"]
    return found if moments else {}


def _groups(
    fingerprint: str, named: Named, groups: Mapping[str, GroupWatch]
) -> dict[str, GroupWatch]:
    return {
        key: group
        for key, group in groups.items()
        if key in named.groups or fingerprint in group.told or fingerprint in group.held
    }


def _has_fleet(policies: Policies) -> bool:
    try:
        return policies.fleet() is not None
    except InvalidPolicy:
        return True


def _told_of(facts: AlertFacts, of: str, life: AlertLife | None) -> Iterator[tuple[str, str]]:
    yield "kind", facts.kind
    yield "severity", facts.severity
    yield "subject", of
    yield from ((name, value) for name, value in facts.labels.items())
    if life is not None and len(life.changes) > 2:
        yield "began or ended", f"{len(life.changes)} times lately"


def commands_for(
    fingerprint: str, life: AlertLife | None, now: datetime
) -> tuple[tuple[str, str], ...]:
    """What somebody can do about it, as the command has it; what is in hand is given back."""
    if life is None or life.ended is not None:
        return ()
    because = '--because "..."'
    match = f"kind={life.alert.kind.value} subject={life.alert.subject}"
    owned = life.acknowledged is not None and now < life.acknowledged.until
    first = ("Give it back", "release") if owned else ("Take it on", "acknowledge")
    return (
        (first[0], f"driftgate {first[1]} {fingerprint} {because}"),
        ("Silence it", f'driftgate silence "fingerprint={fingerprint}" --for 2h {because}'),
        (
            "Silence its kind on the same subject",
            f'driftgate silence "{match}" --for 2h {because}',
        ),
    )
