"""What mail is made of whichever way it goes: to whom, and how its threads hang together."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.policy import ReceiverPolicy
from shared.errors import NotAllowed
from shared.ports import Sending

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}@(.+)")
_LONGEST_SUBJECT = 200
_MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it is written down in one form or another; ids are in angle brackets."""

    sender: str
    to: Sequence[str]
    subject: str
    text: str
    html: str | None
    message_id: str
    thread: str

    @classmethod
    def of(
        cls, sending: Sending, body: Mapping[str, Any], sender: str, domains: Sequence[str]
    ) -> "Letter":
        """The letter of a notice. Raises NotAllowed for recipients that it may not go to.

        Its id follows from the try and its thread from the group, so a repeat has the same id and
        clients show all letters of a group together.
        """
        domain = sender.rpartition("@")[2]
        html = body.get("html")
        return cls(
            sender=sender,
            to=recipients(sending.receiver, domains),
            subject=one_line(str(body.get("subject", ""))) or "Driftgate",
            text=_clean(str(body.get("text", ""))),
            html=None if html is None else _clean(str(html)),
            message_id=f"<{_name(sending.order)}.driftgate@{domain}>",
            thread=f"<{_name(sending.notice.group)}.group.driftgate@{domain}>",
        )


def recipients(receiver: ReceiverPolicy, domains: Sequence[str]) -> list[str]:
    """The receiver's addresses, each of which has to be at one of the domains."""
    if not receiver.to:
        raise NotAllowed(f"The receiver {receiver.name} has no addresses; write them under `to`.")
    if len(receiver.to) > _MOST_RECIPIENTS:
        raise NotAllowed(
            f"The receiver {receiver.name} has {len(receiver.to)} addresses; at most "
            f"{_MOST_RECIPIENTS} are written to, so use a list's address."
        )
    for address in receiver.to:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise NotAllowed(
                f"The receiver {receiver.name} has {address[:80]!r} under `to`, which is no "
                "address; write it as name@example.com."
            )
        if found[1].lower() not in domains:
            raise NotAllowed(
                f"The receiver {receiver.name} has an address at {found[1][:80]!r}; mail goes to "
                "the domains of DRIFTGATE_MAIL_DOMAINS alone."
            )
    return list(dict.fromkeys(receiver.to))


def one_line(text: str) -> str:
    r"""The text as a header can have it.

    >>> one_line("drift\r\nBcc: all@example.com")
    'drift Bcc: all@example.com'
    """
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:_LONGEST_SUBJECT]


def _clean(text: str) -> str:
    """Text that can be encoded; halves of a sign cannot."""
    return text.encode(errors="replace").decode()


def _name(word: str) -> str:
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()[:32]
