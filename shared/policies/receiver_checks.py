"""What the type of a receiver cannot say: a name, and what its channel needs to reach people."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from shared.domain.policy import ChannelKind, ReceiverPolicy

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")
_SECRET = re.compile(r"[A-Z0-9_]{1,80}")
_MAIL = re.compile(r"[^\s@<>,;\"()\[\]]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_ROOM = re.compile(r"[CDG][A-Z0-9]{5,20}")
_TEMPLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NEEDS = {
    ChannelKind.TEAMS: (("secret", "the webhook's address"),),
    ChannelKind.SLACK: (("secret", "the webhook's address or the bot's token"),),
    ChannelKind.PAGERDUTY: (("secret", "the routing key"),),
    ChannelKind.EMAIL: (("to", "mail addresses"),),
    ChannelKind.WEBHOOK: (("address", "where to post"), ("secret", "the key that signs")),
}
_OWN = {
    "to": (ChannelKind.EMAIL,),
    "room": (ChannelKind.SLACK,),
    "address": (ChannelKind.WEBHOOK, ChannelKind.PAGERDUTY),
    "area": (ChannelKind.WORK_ITEM,),
}
_MOST_MAILED = 50
_PAGERDUTY = (None, "https://events.pagerduty.com", "https://events.eu.pagerduty.com")


def receiver_problems(receiver: ReceiverPolicy, at: str) -> Iterator[str]:
    """Each fault of a receiver below the key `at`, as a sentence without its full stop."""
    if not _NAME.fullmatch(receiver.name):
        yield (
            f"{at}.name is {receiver.name[:80]!r}; write small letters, digits and hyphens, up to "
            "50"
        )
    here = f"{at} ({receiver.name[:80]})"
    yield from _channel_problems(receiver, here)
    yield from _secret_problems(receiver, here)
    yield from _mail_problems(receiver, here)
    if receiver.channel is ChannelKind.PAGERDUTY and receiver.address not in _PAGERDUTY:
        yield (
            f"{here}.address is none of PagerDuty's, and the routing key goes to no other; write "
            "https://events.eu.pagerduty.com for Europe, or leave it out"
        )
    elif receiver.address is not None:
        yield from _address_problems(receiver.address, here)
    if receiver.room is not None and not _ROOM.fullmatch(receiver.room):
        yield (
            f"{here}.room is {receiver.room[:80]!r}; give the channel's id such as C0123456789, "
            "which stands at the end of its details"
        )
    if receiver.template is not None and not _TEMPLATE.fullmatch(receiver.template):
        yield (
            f"{here}.template is {receiver.template[:80]!r}; name a file that lies beside the "
            "fleet's, without a folder"
        )
    yield from _pace_problems(receiver, here)


def _channel_problems(receiver: ReceiverPolicy, here: str) -> Iterator[str]:
    channel = receiver.channel
    for key, what in _NEEDS.get(channel, ()):
        if not getattr(receiver, key):
            named = f"set {key}: NAME, and {what} as DRIFTGATE_SECRET_NAME"
            yield (
                f"{here} has no {key}, which {channel.value} needs; "
                f"{named if key == 'secret' else f'give {what}'}"
            )
    for key, channels in _OWN.items():
        if getattr(receiver, key) and channel not in channels:
            whose = ", ".join(one.value for one in channels)
            yield f"{here}.{key} is not for {channel.value} but for {whose}; leave it out"


def _secret_problems(receiver: ReceiverPolicy, here: str) -> Iterator[str]:
    """The value is never repeated: it may be a secret that was written where its name belongs."""
    if receiver.secret is not None and not _SECRET.fullmatch(receiver.secret):
        yield (
            f"{here}.secret is no name; write capital letters, digits and underscores, and put the "
            "secret itself into the setting DRIFTGATE_SECRET_ and that name"
        )


def _mail_problems(receiver: ReceiverPolicy, here: str) -> Iterator[str]:
    for index, address in enumerate(receiver.to):
        if not _MAIL.fullmatch(address):
            yield (
                f"{here}.to[{index}] is {address[:80]!r}; write an address such as "
                "on-call@example.org"
            )
    if len(receiver.to) > _MOST_MAILED:
        yield f"{here}.to has {len(receiver.to)} addresses; use a list's, {_MOST_MAILED} at most"


def _address_problems(address: str, here: str) -> Iterator[str]:
    """Whether it can be posted to; whether it may be is the channel's to know.

    The address itself is not repeated: it may hold a token.
    """
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and bool(parts.hostname) and " " not in address
        signed_in = parts.username is not None or parts.password is not None
        _ = parts.port
    except ValueError:
        usable, signed_in = False, False
    if not usable:
        yield f"{here}.address is no address that begins with https://; give one"
    elif signed_in:
        yield f"{here}.address holds a user or a password; leave them out, each post is signed"


def _pace_problems(receiver: ReceiverPolicy, here: str) -> Iterator[str]:
    if receiver.pace.notices < 1:
        yield f"{here}.pace.notices is {receiver.pace.notices}; give 1 or more"
    if receiver.pace.per < timedelta(minutes=1):
        yield f"{here}.pace.per is below a minute; give 1m, 1h or the like"
    if receiver.pace.burst < 1:
        yield f"{here}.pace.burst is {receiver.pace.burst}; give 1 or more"
    if receiver.pace.burst_per < timedelta(minutes=1):
        yield f"{here}.pace.burst_per is below a minute; give 1m, 5m or the like"
    if receiver.summary is None:
        return
    for key in ("longer_than", "tokens_a_day"):
        count: int = getattr(receiver.summary, key)
        if count < 1:
            yield f"{here}.summary.{key} is {count}; give 1 or more, or leave `summary` out"
