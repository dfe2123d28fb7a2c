"""How receivers' channels do."""

from collections.abc import Callable

from shared.errors import DriftgateError, NotFound, Refused, Throttled, Unavailable
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import Undo, Vocabulary

verbs = Vocabulary()


@verbs.add("RECEIVER cannot be reached", lasts=True)
def cannot_be_reached(stage: Stage, found: Found) -> Undo:
    """Its channel hangs, or answers 500."""
    return _fail(stage, found, lambda: Unavailable("The channel does not answer."))


@verbs.add("RECEIVER asks to wait DURATION", lasts=True)
def asks_to_wait(stage: Stage, found: Found) -> Undo:
    """Its channel answers 429 with a Retry-After."""
    seconds = found.duration("duration").total_seconds()
    return _fail(stage, found, lambda: Throttled("The channel asks to wait.", seconds))


@verbs.add("RECEIVER refuses", lasts=True)
def refuses(stage: Stage, found: Found) -> Undo:
    """Its channel does not take what it is sent."""
    return _fail(stage, found, lambda: Refused("The channel answers 400: it cannot read this."))


@verbs.add("RECEIVER is gone", lasts=True)
def is_gone(stage: Stage, found: Found) -> Undo:
    """Its channel is not there any more: nothing gets through, whatever it says."""
    return _fail(stage, found, lambda: NotFound("The channel answers 410: it is gone."))


def _fail(stage: Stage, found: Found, fault: Callable[[], DriftgateError]) -> Undo:
    faults = stage.channels.failing.setdefault(found.text("receiver"), [])
    faults.append(fault)
    return lambda: faults.remove(fault)
