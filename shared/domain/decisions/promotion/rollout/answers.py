"""What became of a change, as whoever carried it out said: once, in an event."""

from collections.abc import Mapping
from typing import Any

from shared.domain.decisions.promotion.rollout.changed import moved_by_others, stop
from shared.domain.decisions.promotion.rollout.judging import being_given_back
from shared.domain.decisions.promotion.rollout.look import Look
from shared.domain.decisions.promotion.rollout.moving import (
    ANSWERED,
    in_force,
    returned,
    unanswered,
    wanted,
)
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Step
from shared.domain.event import Event, EventType
from shared.domain.promotion import Rollout, RolloutStatus, StopCause, TrafficStep
from shared.domain.splits import alike
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line

_MOST_LETTERS = 1500


def answers(event: Event, rollout: Rollout) -> bool:
    """Whether an event answers the change that is under way; older answers say nothing new."""
    return (
        event.type in {EventType.TRAFFIC_SHIFTED, EventType.TRAFFIC_SHIFT_REFUSED}
        and rollout.order is not None
        and event.data.get("order") == rollout.order
    )


def answered(look: Look, *, seen: bool) -> Step:
    """The change was made or refused; `seen` says that the endpoint could be read besides.

    What is read is newer than what is said: shares that are others by now were changed since.
    """
    event, back = look.scene.event, look.rollout.status is RolloutStatus.RETURNING
    if event.type is EventType.TRAFFIC_SHIFTED or (seen and alike(look.live, wanted(look.rollout))):
        if back:
            return returned(look)
        if not seen or alike(look.live, wanted(look.rollout)):
            return in_force(look)
        return moved_by_others(look.turned(status=RolloutStatus.BAKING, order=None))
    reason, sentence = event.data.get("reason"), str(event.data.get("sentence") or "")
    if reason == "changed":
        return moved_by_others(look, to=spell_split(_told(event.data)))
    if reason == "gone":
        return stop(look, StopCause.GONE, f"{sentence} The rollout of {look.named} stops.")
    return not_made(look, sentence)


def not_made(look: Look, sentence: str) -> Step:
    """A change that Azure did not make: people are called, and it is tried again later.

    A rollout stops where it is; a way back goes on being one.
    """
    if look.rollout.status is not RolloutStatus.RETURNING:
        return stop(look, StopCause.REFUSED, sentence)
    refused = look.turned(
        order=None,
        cause=StopCause.REFUSED,
        why=one_line(f"{look.rollout.why} {sentence}", _MOST_LETTERS),
    )
    return refused.says(
        Verdict.FAIL,
        "not_given_back",
        f"The traffic of {look.rollout.endpoint} could not be given back: {sentence}",
        alerts=[being_given_back(refused), unanswered(refused)],
        look_again=look.now + ANSWERED,
    )


def _told(data: Mapping[str, Any]) -> TrafficStep:
    """The shares that were found by whoever refused."""
    return TrafficStep(traffic=_shares(data.get("traffic")), mirror=_shares(data.get("mirror")))


def _shares(found: object) -> dict[str, float]:
    if not isinstance(found, Mapping):
        return {}
    return {
        str(name): float(share)
        for name, share in found.items()
        if isinstance(share, int | float) and share > 0
    }
