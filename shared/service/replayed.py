"""What a message that a replay brought may do."""

from collections.abc import Mapping
from typing import Any

from shared.domain.event import Replay
from shared.domain.wording import one_line


def held_back(body: Mapping[str, Any]) -> str | None:
    """The name, fit for a log, of a replay whose message nobody carries out; None for any other.

    It was carried out when it was first told, and the replay was not asked to do it again.
    """
    replay = Replay.of(body)
    return None if replay is None or replay.applied else one_line(replay.name, 80)
