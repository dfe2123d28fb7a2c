"""The sentences of a message that are not the alerts' own."""

from datetime import datetime

from shared.domain.alert import Severity
from shared.domain.notices import Notice, NoticedAlert, NoticeReason
from shared.domain.wording import spell_duration, spell_time
from shared.rendering.content import State

SEVERITY = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.INFO: "Info"}
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def state_of(notice: Notice) -> State:
    """What the message looks like at first sight."""
    if notice.reason is NoticeReason.DIGEST or (notice.folded and not notice.alerts):
        return State.DIGEST
    if notice.resolved:
        return State.RESOLVED
    if notice.reason is NoticeReason.ACKNOWLEDGED:
        return State.ACKNOWLEDGED
    return State.FIRING


def state_word(state: State, severity: Severity) -> str:
    """The first word of a heading."""
    match state:
        case State.RESOLVED:
            return "Over"
        case State.ACKNOWLEDGED:
            return "Acknowledged"
        case State.DIGEST:
            return f"Digest, {severity.value}"
        case State.FIRING:
            return SEVERITY[severity]


def is_several(notice: Notice) -> bool:
    """Whether the message is about more than one alert, so that each needs a heading of its own."""
    return notice.reason is NoticeReason.DIGEST or len(notice.alerts) + notice.omitted > 1


def importance(alert: NoticedAlert) -> tuple[bool, int, bool, datetime, str]:
    """What comes first: what is not over, what is worst, what is new, what is oldest."""
    over = alert.ended is not None
    return over, _RANK[alert.severity], not alert.new, alert.since, alert.fingerprint


def why_now(notice: Notice) -> str:
    """Why the message is sent just now, as a sentence."""
    new = sum(alert.new for alert in notice.alerts)
    over = len(notice.alerts) - len(notice.firing)
    owners = sorted({alert.owner for alert in notice.firing if alert.owner})
    match notice.reason:
        case NoticeReason.FIRST:
            return "This is the first message about it."
        case NoticeReason.NEW_ALERTS:
            return f"{_these(new, len(notice.alerts))} new." if new else "More came to it."
        case NoticeReason.WORSE:
            return "It became worse."
        case NoticeReason.SOME_RESOLVED:
            return f"{_these(over, len(notice.alerts))} over." if over else "Some of it is over."
        case NoticeReason.ALL_RESOLVED:
            return "All of it is over." if len(notice.alerts) > 1 else "It is over."
        case NoticeReason.REPEAT:
            return f"It is not over; this is message {notice.number} about it."
        case NoticeReason.SILENCE_ENDED:
            return "What held it back has ended, and it is not over."
        case NoticeReason.ACKNOWLEDGED:
            return f"{' and '.join(owners[:3]) or 'Somebody'} has taken it on."
        case NoticeReason.ACKNOWLEDGEMENT_ENDED:
            return "Nobody has it any more: the acknowledgement ended."
        case NoticeReason.FLAPPING:
            return "It comes and goes; you are told again when it has stayed one way for a while."
        case NoticeReason.CALM:
            return "It has stopped to come and go."
        case NoticeReason.DIGEST:
            return "More came than this receiver is sent one by one."


def _these(count: int, of: int) -> str:
    if of == 1:
        return "It is"
    if count == of:
        return "All of these are"
    return f"{count} of these {'is' if count == 1 else 'are'}"


def lasting(alert: NoticedAlert, made: datetime) -> str:
    """Since when, and for how long; the clocks of two machines may differ a little."""
    until = alert.ended or made
    if alert.ended is None:
        lasted = f", for {spell_duration(until - alert.since)}" if until > alert.since else ""
        return f"{spell_time(alert.since)}{lasted}"
    lasted = f", {spell_duration(until - alert.since)}" if until > alert.since else ""
    end = spell_time(until)
    if until.date() == alert.since.date():
        end = end.partition(" ")[2]
    return f"{spell_time(alert.since).removesuffix(' UTC')} to {end}{lasted}"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun.

    >>> counted(1, "alert", "alerts"), counted(3, "alert", "alerts")
    ('1 alert', '3 alerts')
    """
    return f"{count} {one if count == 1 else many}"
