"""Which looks are asked for: of what waited for this, of the others, and of this one later."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.domain.action import Action, ScheduleCheck
from shared.domain.decisions.promotion.opening import Opened
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.promotion import Promotion


def wake(
    scene: Scene,
    step: Step,
    promotions: Sequence[Promotion],
    asked: datetime | None,
    opened: Opened | None,
) -> tuple[tuple[Action, ...], datetime | None]:
    """The looks to ask for, and when the next look at the model is asked for then.

    One look of all is asked for at a time, however many ask, so that looks do not breed looks.
    """
    model = scene.policy.model
    woken: dict[str, Action] = {}
    if not step.promotion.phase.is_open:
        after = {"after": step.promotion.identity(model)}
        for one in _waiting_for(step.promotion, promotions, opened):
            woken[one.identity(model)] = look_at(scene.event, one, scene.now, after)
    if _names_none(scene):
        for one in promotions:
            if one.phase.is_open and _differs(one, step.promotion):
                woken.setdefault(
                    one.identity(model), look_at(scene.event, one, scene.event.time, {})
                )
    later, asked = _later(scene, step, asked)
    return (*woken.values(), *later), asked


def _waiting_for(
    ended: Promotion, promotions: Iterable[Promotion], opened: Opened | None
) -> list[Promotion]:
    following = [opened.promotion] if opened is not None and opened.promotion.phase.is_open else []
    return following + [one for one in promotions if one.phase.is_open and one.stage == ended.stage]


def _names_none(scene: Scene) -> bool:
    return scene.event.type is EventType.CHECK_DUE and "promotion" not in scene.event.data


def _differs(one: Promotion, other: Promotion) -> bool:
    return (one.version, one.stage, one.begun) != (other.version, other.stage, other.begun)


def look_at(event: Event, promotion: Promotion, due: datetime, more: dict[str, str]) -> Action:
    """Ask for a look at one promotion; `more` tells it from others that are due then."""
    data = {"promotion": promotion.identity(event.name), **more}
    return ScheduleCheck(event=check_due(Check.PROMOTION, event.subject, due, data))


def _later(
    scene: Scene, step: Step, asked: datetime | None
) -> tuple[tuple[Action, ...], datetime | None]:
    again = step.look_again
    if again is None or not step.promotion.phase.is_open:
        return (), asked
    again = max(again, scene.now)
    if asked is not None and scene.now < asked <= again:
        return (), asked
    return (ScheduleCheck(event=check_due(Check.PROMOTION, scene.event.subject, again)),), again
