"""Whose fault an answer was: what a status code of an online endpoint means.

A managed endpoint answers 424 whenever the model's container answered anything but 200, and keeps
what the container said apart. So a model that raises on every call never shows a 5xx, and one
that refuses a bad input looks the same from outside.
"""

from enum import StrEnum


class Blame(StrEnum):
    """Who an answer that was none is to be put down to; nobody for a good one."""

    NOBODY = "nobody"
    CALLER = "caller"
    LOAD = "load"
    MODEL = "model"
    TIME = "time"
    PLATFORM = "platform"


ERRORS = frozenset({Blame.MODEL, Blame.TIME, Blame.PLATFORM})
"""What counts as an error of the endpoint."""


def blame(status: int | None, model_status: int | None = None) -> Blame:
    """Who is to blame, by the status that was sent and the one the model's container gave.

    By Microsoft's table of status codes: 408 and 504 took longer than the deployment allows, 429
    were too many at once, 502 is an exception in the scoring script (Kubernetes), 424 is the
    model's answer, or the platform's word for a container that gave none.

    >>> [blame(424, 500).value, blame(424, 400).value, blame(424).value, blame(200).value]
    ['model', 'caller', 'platform', 'nobody']
    """
    own = model_status or None
    if status == 429 or (status == 424 and own == 429):
        return Blame.LOAD
    if own is not None and own >= 500:
        return Blame.MODEL
    if status in {408, 504}:
        return Blame.TIME
    if status == 424:
        if own is None:
            return Blame.PLATFORM
        return Blame.CALLER if own >= 400 else Blame.MODEL
    if status == 502:
        return Blame.MODEL
    if status is None or status < 400:
        return Blame.NOBODY
    return Blame.PLATFORM if status >= 500 else Blame.CALLER
