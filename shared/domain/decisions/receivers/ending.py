"""A receiver that the fleet no longer names: all that was on its way to it ends here."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decision import Outcome
from shared.domain.decisions.receivers.desk import Desk
from shared.domain.decisions.receivers.heads import head_of
from shared.domain.decisions.settle import settle
from shared.domain.event import Check, Event
from shared.domain.evidence import ReceiverEvidence
from shared.domain.finding import Rule
from shared.domain.notices import ReceiverWatch
from shared.domain.policy import ChannelKind, ReceiverPolicy
from shared.domain.state import SubjectState


def end_receiver(
    event: Event, evidence: ReceiverEvidence, state: SubjectState, now: datetime
) -> Outcome:
    """Say of each notice that it reaches nobody, and forget the receiver with its alerts."""
    watch, name = state.receiver, event.name
    rule = ReceiverPolicy(name=name, channel=ChannelKind.LOG)
    desk = Desk.open(watch, rule, key=event.key, now=now, unread=None)
    sentence = f"The fleet's file names no receiver {name[:80]} any more; nobody is told."
    if evidence.notice is not None:
        head, group = head_of(evidence.notice), evidence.notice.group
        desk.find("receiver_gone", sentence, head=head, group=group)
    for group, one in (*watch.flying.items(), *watch.waiting.items()):
        desk.find("receiver_gone", sentence, head=one, group=group)
    if watch.folded is not None:
        count = watch.folded.count
        desk.find("receiver_gone", f"{sentence} {count} alerts were folded.", count=count)
    if not desk.findings:
        desk.find("receiver_gone", sentence, rule=Rule.CHANNEL)
    actions, records = settle(
        state.alerts,
        (),
        covered=lambda _: True,
        over=lambda _: "the fleet's file no longer names the receiver",
        now=now,
    )
    checks = {check: at for check, at in state.checks.items() if check != Check.ALERTS.value}
    state = replace(
        state, alerts=records, checks=checks, receiver=ReceiverWatch(looked=now, asked=None)
    )
    return Outcome(findings=tuple(desk.findings), actions=actions, state=state)
