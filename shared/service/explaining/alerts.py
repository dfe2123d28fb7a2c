"""An alert explained: raised by which finding, routed where, told or held by what, over why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.domain.notices import AlertLife, GroupWatch
from shared.domain.notices.scope import scope_of
from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import begin
from shared.errors import InvalidPolicy, NotFound
from shared.ports import Ledger, Policies
from shared.service.codec import decode
from shared.service.explaining.explanation import AlertFacts, Explanation, Moment, Thing
from shared.service.explaining.history import Decision, History, event_word, in_order, moment_of
from shared.service.explaining.names import SILENCES
from shared.service.explaining.now_of_alert import now_of_alert
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
    own = list(_own(fingerprint, of, history))
    facts = _facts(fingerprint, record, life, history.of(of))
    told = _without_doubles(
        history.moments(scopes, lambda finding: concerns(finding, fingerprint)), fingerprint
    )
    named = names_in(scopes, history, fingerprint)
    later = history.moments(
        [f"receiver/{name}" for name in named.receivers],
        lambda finding: _of_group(finding, named, fingerprint),
    )
    silenced = history.moments(
        [SILENCES] if named.silences else [],
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
        commands=commands_for(fingerprint, life),
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
    """Those that know the alert, and the one that its subject belongs to by today's policies."""
    known = [subject for subject in ledger.subjects() if subject.startswith(_ALERTS)]
    found = [
        subject
        for subject in known
        if thing.name in ((ledger.state(subject).state.get("scope") or {}).get("lives") or {})
    ]
    if thing.subject.startswith(_ALERTS):
        found.append(thing.subject)
    elif thing.subject:
        kind, _, name = thing.subject.partition("/")
        models: list[str | None] = [name if kind == "model" else None]
        try:
            policy = policies.for_endpoint(name) if kind == "endpoint" else None
        except InvalidPolicy:
            policy = None
        models += [policy.model] if policy is not None else []
        found += [scope for model in models if (scope := scope_of(thing.subject, model)) in known]
    return list(dict.fromkeys(found))


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


def _facts(
    fingerprint: str,
    record: AlertRecord | None,
    life: AlertLife | None,
    decisions: Sequence[Decision],
) -> AlertFacts:
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
        for action in _actions(decision, fingerprint):
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


def _actions(decision: Decision, fingerprint: str) -> Iterator[Mapping[str, Any]]:
    for action in decision["actions"]:
        if (action.get("alert") or {}).get("fingerprint") == fingerprint:
            yield action


def _judged(fingerprint: str, decisions: Sequence[Decision]) -> Decision | None:
    """The last decision that raised or ended it and kept what it rests on."""
    own = [one for one in decisions if any(_actions(one, fingerprint))]
    return next((one for one in reversed(own) if one["evidence"] != _NOTHING), None)


def _own(fingerprint: str, of: str, history: History) -> Iterator[Moment]:
    """What its subject decided: the findings that raised and ended it, and the looks between."""
    seen: set[tuple[str, str]] = set()
    fires = False
    for decision in history.of(of):
        actions = list(_actions(decision, fingerprint))
        for action in actions:
            fires = action["action"] == "PostAlert"
            basis = list(_basis(decision, action["alert"], seen))
            seen |= {(one["rule"], one["thing"]) for one in basis} if fires else set()
            yield from _changed(decision, action, basis)
        if actions or not fires:
            continue
        for finding in decision["findings"]:
            if (finding["rule"], finding["thing"]) in seen:
                yield moment_of(decision, finding)


def _basis(
    decision: Decision, alert: Mapping[str, Any], seen: set[tuple[str, str]]
) -> Iterator[Mapping[str, Any]]:
    """The findings that an alert rests on: of its kind, else of its labels, else all that fail."""
    found = decision["findings"]
    again = [one for one in found if (one["rule"], one["thing"]) in seen]
    wrong = [one for one in found if one["verdict"] != Verdict.PASS.value]
    values = set((alert.get("labels") or {}).values())
    mine = [one for one in wrong if str(one["thing"]).partition("/")[2] in values]
    exact = [one for one in mine or wrong if one["reason"] == alert["kind"]]
    yield from again or exact or mine or wrong


def _changed(
    decision: Decision, action: Mapping[str, Any], basis: Sequence[Mapping[str, Any]]
) -> Iterator[Moment]:
    """The raising or the ending as one moment, in the words of the first finding behind it."""
    alert, subject = action["alert"], decision["event"]["subject"]
    raised = action["action"] == "PostAlert"
    verb = "Raised" if raised else "Over"
    by = f"{verb} by the {event_word(decision)} of {subject}"
    words = [one["sentence"] for one in basis] or [alert["title"]]
    words = words if raised else [begin(action["reason"])]
    first: Mapping[str, Any] = basis[0] if basis else {"details": None}
    moment = Moment(
        at=parse_time(decision["decided"]),
        subject=subject,
        event=event_word(decision),
        rule=str(first.get("rule", "")),
        reason="raised" if raised else "over",
        sentence=f"{by}: {' '.join(_sentence(one) for one in dict.fromkeys(words))}",
        verdict=Verdict.FAIL if raised else Verdict.PASS,
        decision=decision["hash"],
        thing=f"alert/{alert['fingerprint']}",
    )
    yield replace(moment, figures=moment_of(decision, first).figures) if basis else moment


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _reached(moments: Sequence[Moment]) -> list[str]:
    """What became of the last notice about it to each receiver, in the words of then."""
    last = {one.subject: one for one in sorted(moments, key=lambda one: one.at)}
    return [f"{spell_second(one.at)}: {_sentence(one.sentence)}" for one in last.values()]


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


def commands_for(fingerprint: str, life: AlertLife | None) -> tuple[tuple[str, str], ...]:
    """What somebody can do about it, as the command has it."""
    if life is None or life.ended is not None:
        return ()
    because = '--because "..."'
    match = f"kind={life.alert.kind.value} subject={life.alert.subject}"
    return (
        ("Take it on", f"driftgate acknowledge {fingerprint} {because}"),
        ("Silence it", f'driftgate silence "fingerprint={fingerprint}" --for 2h {because}'),
        (
            "Silence its kind on the same subject",
            f'driftgate silence "{match}" --for 2h {because}',
        ),
    )
