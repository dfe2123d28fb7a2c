"""What becomes of a scope's alerts at an event or a look: who is told now, and when next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.action import Notify, ScheduleCheck
from shared.domain.decision import Outcome
from shared.domain.decisions.alerts.acknowledging import acknowledged_after
from shared.domain.decisions.alerts.flapping import damped
from shared.domain.decisions.alerts.grouping import Rules, groups_of
from shared.domain.decisions.alerts.keeping import (
    Memory,
    fitted,
    the_worst,
    told_in,
    with_left_out,
)
from shared.domain.decisions.alerts.lives import lives_after
from shared.domain.decisions.alerts.looking import ask, next_look, the_time
from shared.domain.decisions.alerts.noticing import nothing_left
from shared.domain.decisions.alerts.telling import Told, tell
from shared.domain.decisions.alerts.telling_why import (
    few,
    why_groups,
    why_lives,
    why_over_untold,
)
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import AlertsEvidence
from shared.domain.finding import Finding, Rule
from shared.domain.notices import AlertLife, GroupWatch, ScopeWatch
from shared.domain.policy import AlertPolicy, Policy
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_time


def decide_alerts(
    event: Event,
    evidence: AlertsEvidence,
    policy: Policy | None,
    state: SubjectState,
    now: datetime,
) -> Outcome:
    """Bring the scope's alerts up to date and tell each group whose time has come.

    The event is a hint: what the subjects say counts, so it may come late, twice or never. A
    receiver that asks for a group gets it as it is now.
    """
    now, watch = the_time(state.scope, now)
    rules = _rules(event, evidence, policy, now)
    known = told_in(watch.groups)
    lives = lives_after(event, evidence, watch.lives, now)
    lives, said = acknowledged_after(lives, event, evidence.fleet.silences, now)
    lives = {name: damped(life, rules.own.flapping, now) for name, life in lives.items()}
    everything = lives
    lives, dropped = the_worst(everything, watch)
    groups = groups_of(lives, watch.groups, rules)
    asked = _asked(event)
    told = tell(groups, event.name, now, asked=asked, dropped=dropped)
    left_out = {name for name, one in everything.items() if name not in lives and _fires(one)}
    after = with_left_out(_groups(told), watch.groups, left_out)
    left_alone = _left_alone(watch.groups, after, evidence)
    memory = Memory(
        told=told_in({**left_alone, **after}),
        flapping=rules.own.flapping,
        silences=evidence.silences,
        now=now,
    )
    findings = few(
        (
            *_problems(evidence, event.subject),
            *said,
            *why_lives(watch.lives, lives, groups),
            *why_over_untold(watch.lives, lives, known),
            *why_groups(told),
        )
    )
    lives = memory.kept(lives)
    others = _others(event, evidence, watch.lives)
    looks, due = ask(event, next_look(lives, after, groups, memory), watch.asked, now)
    new = fitted(
        ScopeWatch(
            lives=lives, groups={**left_alone, **after}, looked=now, asked=due, dropped=dropped
        )
    )
    return Outcome(
        findings=findings or (_nothing_new(event, new),),
        actions=(*_notices(event, told, left_alone, now), *looks, *others),
        state=replace(state, scope=new, checks=_reported(new, state.checks, now)),
    )


def _rules(event: Event, evidence: AlertsEvidence, policy: Policy | None, now: datetime) -> Rules:
    return Rules(
        scope=event.name,
        own=AlertPolicy() if policy is None else policy.alerts,
        fleet=evidence.fleet,
        silences=evidence.silences,
        now=now,
    )


def _others(
    event: Event, evidence: AlertsEvidence, before: Mapping[str, AlertLife]
) -> tuple[ScheduleCheck, ...]:
    """Have the scopes look that a policy has given subjects to, so that no alert is lost between.

    Only what was told here, or would have been now, is handed on: two that do not agree whose it
    is would ask each other for ever.
    """
    here = {life.of for life in before.values() if _fires(life)}
    if event.type is EventType.ALERT_RAISED:
        here.add(str(event.data["of"]))
    return tuple(
        ScheduleCheck(
            event=check_due(Check.ALERTS, scope, evidence.taken, {"of": of, "because": event.id})
        )
        for of, scope in sorted(evidence.moved.items())
        if of in here
    )


def _asked(event: Event) -> str | None:
    """The group that a receiver asks for, if this is such a question."""
    group = event.data.get("group") if event.type is EventType.CHECK_DUE else None
    return None if group is None else str(group)


def _groups(told: tuple[Told, ...]) -> dict[str, GroupWatch]:
    """Those that still have something that fires, or an end to tell."""
    return {
        one.group.key: one.watch
        for one in told
        if one.watch.told or any(member.fires for member in one.group.members)
    }


def _left_alone(
    before: Mapping[str, GroupWatch], after: Mapping[str, GroupWatch], evidence: AlertsEvidence
) -> dict[str, GroupWatch]:
    """While the fleet's file cannot be read, what its receivers were told is kept as it was."""
    if evidence.problem is None:
        return {}
    return {
        key: watch
        for key, watch in before.items()
        if key not in after and evidence.fleet.receiver(watch.receiver) is None
    }


def _notices(
    event: Event, told: tuple[Told, ...], left_alone: Mapping[str, GroupWatch], now: datetime
) -> tuple[Notify, ...]:
    """Those that were made, and to a receiver that asks for a forgotten group that it is over."""
    made = tuple(Notify(notice=one.notice) for one in told if one.notice is not None)
    asked, receiver = _asked(event), event.data.get("receiver")
    known = {*left_alone, *(one.group.key for one in told)}
    if asked is None or not receiver or asked in known:
        return made
    return (*made, Notify(notice=nothing_left(asked, str(receiver), event.name, now)))


def _problems(evidence: AlertsEvidence, subject: str) -> tuple[Finding, ...]:
    found = []
    if evidence.problem is not None:
        found.append(("fleet_invalid", f"{evidence.problem} Until then all goes to the log."))
    if evidence.unread:
        names = spell_list(list(evidence.unread))
        found.append(("unread", f"{names} cannot be read: their alerts stay as they were told."))
    return tuple(
        Finding(
            rule=Rule.ROUTE if reason == "fleet_invalid" else Rule.READABLE,
            thing=subject,
            verdict=Verdict.ERROR,
            reason=reason,
            sentence=sentence,
        )
        for reason, sentence in found
    )


def _nothing_new(event: Event, watch: ScopeWatch) -> Finding:
    firing = sum(_fires(life) for life in watch.lives.values())
    fire = "1 alert fires" if firing == 1 else f"{firing} alerts fire"
    dues = [group.due for group in watch.groups.values() if group.due is not None]
    next_ = f"the next notice is due at {spell_time(min(dues))}" if dues else "no notice is due"
    return Finding(
        rule=Rule.NOTICE,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="nothing_new",
        sentence=f"{fire} and nobody has to be told anything now; {next_}.",
        enforced=False,
    )


def _fires(life: AlertLife) -> bool:
    return life.ended is None or life.flapping


def _reported(
    watch: ScopeWatch, checks: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    """The checks with that of alerts among them while there are any: its timer asks for these."""
    others = {check: time for check, time in checks.items() if check != Check.ALERTS.value}
    return {**others, Check.ALERTS.value: now} if watch.lives or watch.groups else others
