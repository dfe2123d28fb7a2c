"""A step that nobody could take lies among the dead letters: its replay has failed, and says so."""

from collections.abc import Callable
from datetime import datetime

from shared.domain.event import Event
from shared.domain.people.replay import SUBJECT, replay_failed
from shared.domain.replay import ReplayPhase
from shared.domain.state import SubjectState
from shared.errors import MalformedPayload
from shared.ports import Adapters
from shared.service.codec import decode
from shared.service.dead_letters.letters import Letter, of_source
from shared.service.messages import REPLAYS
from shared.service.replaying.stepping import order_of


def fail_dead_steps(adapters: Adapters, say: Callable[[Event], object], now: datetime) -> int:
    """Say of each replay that waits for such a step that it failed; returns how many do.

    A step's process that dies each time says nothing, so this is looked for with the heartbeat.
    `driftgate replay resume` orders a step with a new number. Raises Unavailable.
    """
    failed = 0
    for letter in of_source(adapters, REPLAYS):
        try:
            name, number = order_of(letter.message.body)
        except MalformedPayload:
            continue
        stored = adapters.ledger.state(f"{SUBJECT}{name}").state
        watch = decode(stored, SubjectState).replay
        if watch is None or watch.phase is not ReplayPhase.RUNNING or watch.step != number:
            continue
        say(replay_failed(name, number, _sentence(letter), now))
        failed += 1
    return failed


def _sentence(letter: Letter) -> str:
    return (
        f"Step {letter.message.body['data']['step']} could not be taken in {letter.tries} tries "
        f"({letter.reason}: {letter.sentence}); it is the dead letter {letter.id}."
    )
