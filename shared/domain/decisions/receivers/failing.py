"""The alert that people cannot be told: what is wrong with the channel, and what to do."""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.policy import ChannelKind, ReceiverPolicy
from shared.domain.wording import spell_time

_OF_CHANNEL = frozenset({"gone", "not_allowed", "certificate"})
_WHAT = {
    "gone": "its address is gone",
    "not_allowed": "it does not let Driftgate in",
    "certificate": "it shows a certificate that is not to be trusted",
    "refused": "it refuses a notice",
    "throttled": "it asks to wait for hours",
    "timeout": "it does not answer in time",
    "unavailable": "it does not answer",
    "lost": "nobody says what becomes of its notices",
}
_STEPS = {
    "gone": "Make a new address for it, and put it into {where}.",
    "not_allowed": "See whether {where} is still good and may write there; renew it otherwise.",
    "certificate": "Renew the certificate of the channel's host, or see who answers in its place.",
    "refused": "Read the notice in the queue `undelivered`; a template of its own may be at fault.",
    "throttled": "Tell it less: route fewer alerts there, or give the receiver a slower pace.",
    "lost": (
        "See whether the function of {channel} runs and reads its subscription of the topic "
        "`alerts`, and look at the dead letters there."
    ),
}
_ELSE = "See whether {channel} has an outage; what waits is told when it is over."


def is_of_channel(reason: str) -> bool:
    """Whether no other notice could get through either."""
    return reason in _OF_CHANNEL


def channel_alert(
    rule: ReceiverPolicy,
    *,
    reason: str,
    sentence: str,
    since: datetime,
    until: datetime | None,
    title: str,
) -> Alert:
    """What to tell everybody but this receiver. It names where a secret is kept, never the secret.

    `sentence` is the channel's own, `title` that of the notice which did not get through.
    """
    next_try = "" if until is None else f" It is tried again at {spell_time(until)}."
    step = _STEPS.get(reason, _ELSE)
    return Alert(
        kind=AlertKind.CHANNEL_FAILED,
        subject=f"receiver/{rule.name}",
        severity=Severity.CRITICAL,
        title=f"{rule.name} cannot be told over {rule.channel.value}: "
        f"{_WHAT.get(reason, 'it fails')}",
        text=f"The notice that did not get through: {title}. {sentence}{next_try}",
        first_step=step.format(where=_where(rule), channel=rule.channel.value),
        since=since,
        labels={"receiver": rule.name},
    )


def _where(rule: ReceiverPolicy) -> str:
    if rule.secret is not None:
        return f"the setting DRIFTGATE_SECRET_{rule.secret}"
    if rule.channel is ChannelKind.EMAIL:
        return "the settings for mail and the receiver's `to`"
    return "the receiver's entry in the fleet's file"
