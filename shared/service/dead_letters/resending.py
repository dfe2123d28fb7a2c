"""Dead letters are sent once more: recorded first, then sent, then taken away.

A crash between any two of these loses nothing: the letter is still there, and what is sent again
has the same id, which the broker drops within its window, and the same body, whose id consumers
honour after it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.domain.event import Event, EventType, Replay
from shared.errors import InvalidData, Refused
from shared.ports import Adapters, Ledger, Message
from shared.service import messages
from shared.service.again import PUT_OFF
from shared.service.dead_letters.letters import Letter, Place, body_of
from shared.service.dead_letters.recording import SOURCE, record
from shared.service.dead_letters.removing import remove
from shared.service.dead_letters.secrecy import SECRET
from shared.service.dead_letters.showing import diff_hash
from shared.service.dead_letters.standing import why_over
from shared.service.environment_checks.waiting import TOKEN_LASTS
from shared.service.service import Service

VIA = "event-grid-dead-letters"
_AT_ONCE = 20
_MOST_ID = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """What became of one letter: `sent`, `would be sent` or `refused`, the latter with why.

    `sent_as` is the id of its new message.
    """

    letter: Letter
    outcome: str
    sent_as: str | None = None
    sentence: str = ""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "id": self.letter.id,
            "queue": self.letter.queue,
            "message_id": self.letter.message.id,
            "outcome": self.outcome,
            "sent_as": self.sent_as,
            "sentence": self.sentence,
            "edited": self.letter.edited is not None,
        }


def plan(letters: Sequence[Letter], now: datetime, ledger: Ledger) -> list[Resent]:
    """What would become of each, with nothing done."""
    return [_planned(letter, now, ledger)[0] for letter in letters]


def resend(
    letters: Sequence[Letter],
    *,
    service: Service,
    adapters: Adapters,
    author: str,
    reason: str,
    now: datetime,
    via: str,
    pause: Callable[[], None] = lambda: None,
) -> Iterator[Resent]:
    """Send each once more, in its order within a queue; `pause` is called before each.

    Whoever stops in between goes on by doing the same again. Raises Unavailable where broker or
    archive do not answer.
    """
    by_queue = sorted(letters, key=lambda letter: letter.queue)
    for queue, of_queue in groupby(by_queue, key=lambda letter: letter.queue):
        left = list(of_queue)
        while left:
            batch, left = left[:_AT_ONCE], left[_AT_ONCE:]
            planned = [_planned(letter, now, adapters.ledger) for letter in batch]
            yield from (one for one, message in planned if message is None)
            going = [(one, message) for one, message in planned if message is not None]
            if not going:
                continue
            record(
                service,
                EventType.DEAD_LETTERS_RESUBMITTED,
                queue,
                [_told(one) for one, _ in going],
                author=author,
                reason=reason,
                now=now,
                via=via,
            )
            done = []
            for one, message in going:
                pause()
                done.append(_sent(one, message, service, adapters))
            remove([one.letter for one in done if one.outcome == "sent"], adapters)
            yield from done


def _planned(letter: Letter, now: datetime, ledger: Ledger) -> tuple[Resent, Message | None]:
    try:
        message = message_again(letter, now)
    except Refused as problem:
        return Resent(letter=letter, outcome="refused", sentence=str(problem)), None
    over = why_over(message.body, ledger, now)
    if over is not None:
        return Resent(letter=letter, outcome="refused", sentence=over), None
    return Resent(letter=letter, outcome="would be sent", sent_as=message.id), message


def message_again(letter: Letter, now: datetime) -> Message:
    """The message to send in place of a letter.

    Its id is made of the old one, the letter's number and the body: the old one would be dropped
    as a duplicate within the window, a new one each time would not be after a crash. Raises Refused
    for one that nobody could read, or that is of no use any more.
    """
    body = body_of(letter.content)
    if body is None:
        raise InvalidData(
            f"The body of {letter.id} is no JSON object, so that nobody can read it; "
            f"edit it first: driftgate deadletters edit {letter.id} --file body.json."
        )
    message = replace(
        letter.message,
        id=content_hash(
            [
                "again",
                letter.message.id,
                letter.queue,
                letter.number,
                sha256(letter.content).hexdigest(),
            ]
        ),
        queue=letter.queue.partition("/")[0],
        session=letter.message.session or letter.message.id[:_MOST_ID],
        body=body,
        properties={
            name: value for name, value in letter.message.properties.items() if name != PUT_OFF
        },
        scheduled=None,
    )
    if message.queue == messages.UNDELIVERED:
        return _notice_again(message, now)
    return replace(message, lives=_token_left(body, now)) if letter.queue in SECRET else message


def _notice_again(message: Message, now: datetime) -> Message:
    """A notice goes to its receiver again, which sends it at its own pace if it is still news."""
    data = message.body.get("data")
    notice = data.get("notice") if isinstance(data, dict) else None
    receiver = notice.get("receiver") if isinstance(notice, dict) else None
    if not isinstance(receiver, str):
        raise InvalidData("The message has no data.notice.receiver, so that nobody can be told.")
    event = Event(
        id=message.id[:32],
        source=SOURCE,
        type=EventType.NOTICE_MADE,
        subject=f"receiver/{receiver}",
        time=now,
        data={"notice": notice},
        correlation_id=message.body.get("correlationid"),
        replay=Replay.of(message.body),
    )
    return replace(messages.work_message(event), id=message.id)


def _token_left(body: dict[str, Any], now: datetime) -> float:
    """Seconds until the token of a check is of no use any more."""
    try:
        until = parse_time(body["asked"]) + TOKEN_LASTS
    except (KeyError, ValueError, AttributeError) as problem:
        raise InvalidData("The message says no time at which its check was asked.") from problem
    if until - now < timedelta(minutes=1):
        raise Refused("Its job's token has run out: nobody can answer this check any more.")
    return (until - now).total_seconds()


def _sent(one: Resent, message: Message, service: Service, adapters: Adapters) -> Resent:
    if one.letter.place is Place.EVENT_GRID:
        refusals = [
            receipt.refusal
            for receipt in service.receive(one.letter.content, via=VIA)
            if receipt.refusal is not None
        ]
        if refusals:
            return replace(one, outcome="refused", sentence=refusals[0])
        return replace(one, outcome="sent")
    try:
        adapters.sender.send([message])
    except Refused as problem:
        return replace(one, outcome="refused", sentence=str(problem))
    return replace(one, outcome="sent")


def _told(one: Resent) -> dict[str, Any]:
    letter = one.letter
    return {
        "id": letter.id,
        "message_id": letter.message.id,
        "number": letter.number,
        "reason": letter.reason,
        "sent_as": one.sent_as,
        "body": None if letter.queue in SECRET else sha256(letter.content).hexdigest(),
        "diff": diff_hash(letter),
    }
