"""What a message that a replay brought may do, and what is said of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.event import Event, Replay
from shared.domain.wording import one_line


def held_back(body: Mapping[str, Any]) -> str | None:
    """The name, fit for a log, of a replay whose message nobody carries out; None for any other.

    It was carried out when it was first told, and the replay was not asked to do it again.
    """
    replay = Replay.of(body)
    return None if replay is None or replay.applied else one_line(replay.name, 80)


def carried_on(event: Event, body: Mapping[str, Any]) -> Event:
    """What is said of a message, with the mark of the replay that brought it."""
    replay = Replay.of(body)
    return event if replay is None else replace(event, replay=replay)
