"""What a host tells of itself while it runs: for a screen, or a line of JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """The kinds of what is told."""

    SERVING = "serving"
    TIMER = "timer"
    FAULT = "fault"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One of them; `name` is the queue or the timer it is about, empty where it is the host."""

    what: What
    sentence: str
    name: str = ""


Tell = Callable[[Happening], object]


def fault_of(name: str, doing: str, problem: Exception) -> Happening:
    """Something did not work and goes on; one sentence, however little the fault says itself."""
    kind = type(problem).__name__
    return Happening(
        what=What.FAULT, name=name, sentence=f"{doing} did not work: {kind}: {str(problem)[:400]}"
    )
