"""Why each alert was told or not: one finding when the answer changes, none while it stays."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.domain.decisions.alerts.holding import Held
from shared.domain.decisions.alerts.members import Group, Member
from shared.domain.decisions.alerts.telling import Told
from shared.domain.finding import Finding, Rule
from shared.domain.notices import AlertLife, Notice, NoticeReason
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_list, spell_time

_MOST = 300
_RULES = {"silence": Rule.SILENCE, "inhibited": Rule.INHIBITION}
_BECAUSE = {
    NoticeReason.FIRST: "it is new",
    NoticeReason.NEW_ALERTS: "it is new",
    NoticeReason.WORSE: "it grew worse",
    NoticeReason.SOME_RESOLVED: "it is over",
    NoticeReason.SILENCE_ENDED: "nothing holds it back any more",
    NoticeReason.ACKNOWLEDGED: "somebody has taken it on",
    NoticeReason.ACKNOWLEDGEMENT_ENDED: "nobody has it in hand any more",
    NoticeReason.FLAPPING: "it comes and goes",
    NoticeReason.CALM: "it does not come and go any more",
}


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """So many of them as fit into a decision, with how many more there are."""
    found = tuple(findings)
    if len(found) <= _MOST:
        return found
    more = _finding(
        Rule.NOTICE,
        "findings",
        "omitted",
        f"{len(found) - _MOST} more findings of this look are left out.",
    )
    return (*found[:_MOST], more)


def why_lives(
    before: Mapping[str, AlertLife], after: Mapping[str, AlertLife], groups: Iterable[Group]
) -> Iterator[Finding]:
    """What became of each alert: where it goes when it begins, and whether it comes and goes."""
    placed: dict[str, list[tuple[Group, Member]]] = {}
    for group in groups:
        for member in group.members:
            if member.routed:
                placed.setdefault(member.fingerprint, []).append((group, member))
    for fingerprint, life in after.items():
        old = before.get(fingerprint)
        if life.ended is None and (old is None or _differs(old, life)):
            yield from _routed(life, placed.get(fingerprint, []))
        if life.flapping is not (old is not None and old.flapping):
            yield _flaps(life)


def why_over_untold(
    before: Mapping[str, AlertLife], after: Mapping[str, AlertLife], told: set[str]
) -> Iterator[Finding]:
    """What was over before anybody was told of it, and so never is."""
    for fingerprint, life in after.items():
        old = before.get(fingerprint)
        ended_now = life.ended is not None and (old is None or old.ended is None)
        if ended_now and fingerprint not in told and not life.flapping:
            yield _of(
                life,
                Rule.NOTICE,
                "over_untold",
                f"{_name(life)} was over before anybody was told of it: {life.over}.",
            )


def why_groups(told: Iterable[Told]) -> Iterator[Finding]:
    """What each group told, waits for, and holds back, where that changed."""
    for one in told:
        yield from _held(one)
        if one.notice is not None:
            yield from _told(one, one.notice)
        elif one.news and one.watch.due is not None and one.watch.due != one.group.watch.due:
            yield _waits(one)
        elif one.news and one.group.watch.told != one.watch.told:
            yield _unwanted(one)


def _differs(old: AlertLife, life: AlertLife) -> bool:
    return (old.raised, old.ended, old.alert.severity) != (
        life.raised,
        life.ended,
        life.alert.severity,
    )


def _routed(life: AlertLife, placed: list[tuple[Group, Member]]) -> Iterator[Finding]:
    if not placed:
        yield _of(
            life,
            Rule.ROUTE,
            "nowhere",
            f"{_name(life)} goes nowhere: no route brings it to a receiver, and no default does.",
        )
    for group, member in placed:
        yield _of(
            life,
            Rule.ROUTE,
            "routed",
            f"{_name(life)} goes to {group.receiver.name} by {member.where}, "
            f"in the group of {group.name}.",
            group,
            where=member.where,
        )


def _flaps(life: AlertLife) -> Finding:
    if life.flapping:
        return _of(
            life,
            Rule.FLAPPING,
            "flapping",
            f"{_name(life)} comes and goes: it is told once as that until it is calm.",
        )
    stays = "is there to stay" if life.ended is None else "stays away"
    return _of(life, Rule.FLAPPING, "calm", f"{_name(life)} is calm again and {stays}.")


def _held(one: Told) -> Iterator[Finding]:
    group = one.group
    for member in group.members:
        held = member.held
        if held is not None and held.by != member.was:
            yield _of(
                member.life,
                held.rule,
                "held",
                f"{_name(member.life)} is not told to {group.receiver.name}. {held.sentence}",
                group,
                by=held.by,
                until=None if held.until is None else spell_time(held.until),
            )
        if held is None and member.was is not None and member.fires:
            yield _of(
                member.life,
                _rule(member.was, held),
                "released",
                f"{_name(member.life)} is held back from {group.receiver.name} no more "
                f"({member.was}).",
                group,
                by=member.was,
            )


def _rule(was: str, held: Held | None) -> Rule:
    return held.rule if held is not None else _RULES.get(was.partition(" ")[0], Rule.MUTE_TIME)


def _told(one: Told, notice: Notice) -> Iterator[Finding]:
    group, listed = one.group, {alert.fingerprint for alert in notice.alerts}
    firing = len(notice.firing) + notice.omitted
    counts = f"{firing} firing" if firing else "nothing firing"
    counts += f", {notice.held} held back" if notice.held else ""
    yield _finding(
        Rule.NOTICE,
        f"notice/{notice.id}",
        notice.reason.value,
        f"{notice.receiver} is told of the group of {group.name}, by its notice {notice.number} "
        f"({notice.reason.value.replace('_', ' ')}): {counts}.",
        group=group.key,
        receiver=notice.receiver,
        notice=notice.id,
        number=notice.number,
        fingerprints=sorted(listed),
        omitted=notice.omitted,
        held=notice.held,
    )
    for member in group.members:
        reason = one.news.get(member.fingerprint)
        if reason is None:
            continue
        told = member.fingerprint in listed
        how = "is told" if told else "is counted, not listed, in what is told"
        yield _of(
            member.life,
            Rule.NOTICE,
            "told" if told else "counted",
            f"{_name(member.life)} {how} to {notice.receiver}, since {_BECAUSE[reason]}.",
            group,
            notice=notice.id,
            because=reason.value,
        )


def _waits(one: Told) -> Finding:
    group, due = one.group, one.watch.due
    names = [_name(m.life) for m in group.members if m.fingerprint in one.news]
    fingerprints = sorted(one.news)[:50]
    when = "" if due is None else due.strftime("%H:%M:%S UTC")
    return _finding(
        Rule.GROUP,
        f"group/{group.key}",
        "waits",
        f"{group.receiver.name} is told of {spell_list(names, most=3)} at {when}, together with "
        f"what else comes in the group of {group.name}.",
        group=group.key,
        receiver=group.receiver.name,
        fingerprints=fingerprints,
        due=when,
    )


def _unwanted(one: Told) -> Finding:
    group = one.group
    names = [_name(m.life) for m in group.members if m.fingerprint in one.news]
    return _finding(
        Rule.GROUP,
        f"group/{group.key}",
        "end_not_wanted",
        f"{group.receiver.name} does not want to hear that {spell_list(names, most=3)} is over.",
        group=group.key,
        receiver=group.receiver.name,
        fingerprints=sorted(one.news)[:50],
    )


def _name(life: AlertLife) -> str:
    return f"{life.alert.kind.value} of {one_line(life.alert.subject, 120)}"


def _of(
    life: AlertLife,
    rule: Rule,
    reason: str,
    sentence: str,
    group: Group | None = None,
    **details: Any,
) -> Finding:
    """A finding about one alert, in one group where it is about that."""
    where = {} if group is None else {"group": group.key, "receiver": group.receiver.name}
    fingerprint = life.alert.fingerprint
    named = {"fingerprint": fingerprint, **where, **details}
    return _finding(rule, f"alert/{fingerprint}", reason, sentence, **named)


def _finding(rule: Rule, thing: str, reason: str, sentence: str, **details: Any) -> Finding:
    return Finding(
        rule=rule,
        thing=thing,
        verdict=Verdict.PASS,
        reason=reason,
        sentence=one_line(sentence, 600),
        enforced=False,
        details={name: value for name, value in details.items() if value is not None},
    )
