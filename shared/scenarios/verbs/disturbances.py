"""What goes wrong around Driftgate: reading is refused, timers stop, events are lost or late."""

from shared.errors import DriftgateError, InvalidScenario, NoPermission, Unavailable
from shared.scenarios.hindered import Hindrance
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import Undo, Vocabulary
from shared.schedules import SCHEDULES

verbs = Vocabulary()
_ROLES = {"requests": "Log Analytics Data Reader", "health": "Monitoring Reader"}
_READS = {
    "requests": frozenset({"requests"}),
    "health": frozenset({"health"}),
    "logs": frozenset({"logs"}),
    "endpoints": frozenset({"endpoint", "endpoints"}),
    "models": frozenset({"model", "versions"}),
    "data": frozenset({"data", "inference"}),
    "kpis": frozenset({"kpis"}),
    "jobs": frozenset({"latest", "job"}),
}


@verbs.add(
    "the workspace may not be read",
    "requests|health|logs|endpoints|models|data|kpis|jobs may not be read",
    lasts=True,
)
def may_not_be_read(stage: Stage, found: Found) -> Undo:
    """A role is missing: asking again cannot help."""

    def refused(asked: str) -> DriftgateError:
        role = _ROLES.get(asked, "AzureML Data Scientist")
        return NoPermission(
            f"Reading {asked} was refused (403); grant Driftgate's identity the role {role}."
        )

    return _hinder(stage, Hindrance(raises=refused, what=_what(found)))


@verbs.add(
    "the workspace does not answer",
    "requests|health|logs|endpoints|models|data|kpis|jobs do not answer",
    lasts=True,
)
def does_not_answer(stage: Stage, found: Found) -> Undo:
    """Azure is down or throttles: asking again may help."""

    def away(asked: str) -> DriftgateError:
        return Unavailable(f"Reading {asked} was throttled (429); try again later.")

    return _hinder(stage, Hindrance(raises=away, what=_what(found)))


@verbs.add("the delivery platform may not be read", lasts=True)
def platform_may_not_be_read(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """A right is missing where the pipelines are."""

    def refused(asked: str) -> DriftgateError:
        return NoPermission(f"Asking the delivery platform for {asked} was refused (403).")

    return _hinder_platform(stage, Hindrance(raises=refused))


@verbs.add("the delivery platform does not answer", lasts=True)
def platform_does_not_answer(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """It is down or throttles: asking again may help."""

    def away(asked: str) -> DriftgateError:
        return Unavailable(f"Asking the delivery platform for {asked} was throttled (429).")

    return _hinder_platform(stage, Hindrance(raises=away))


def _hinder_platform(stage: Stage, hindrance: Hindrance) -> Undo:
    stage.platform_hindrances.append(hindrance)
    return lambda: stage.platform_hindrances.remove(hindrance)


def _what(found: Found) -> frozenset[str]:
    word = found.optional("word")
    return _READS[word] if word is not None else frozenset()


def _hinder(stage: Stage, hindrance: Hindrance) -> Undo:
    stage.hindrances.append(hindrance)
    return lambda: stage.hindrances.remove(hindrance)


@verbs.add("the NAME timer is down", lasts=True)
def timer_down(stage: Stage, found: Found) -> Undo:
    """One timer does not fire."""
    name = found.text("name").upper()
    if name not in SCHEDULES:
        known = ", ".join(sorted(SCHEDULES)).lower()
        raise InvalidScenario(f"line {found.line}: there is no {name.lower()} timer, but {known}.")
    stage.stopped.append(name)
    return lambda: stage.stopped.remove(name)


@verbs.add("driftgate is down", lasts=True)
def driftgate_down(stage: Stage, found: Found) -> Undo:  # noqa: ARG001  every verb has this form
    """No timer fires and no message is taken; events are delivered again when it is back."""
    stage.down += 1

    def back() -> None:
        stage.down -= 1

    return back


@verbs.add("no message is taken", lasts=True)
def messages_wait(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """Timers fire and events are kept, but more comes in than is worked off."""
    stage.idle += 1

    def back() -> None:
        stage.idle -= 1

    return back


@verbs.add("alerts cannot be sent", lasts=True)
def alerts_stay(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """Service Bus does not take them; they wait in the outbox."""
    stage.muted += 1

    def back() -> None:
        stage.muted -= 1

    return back


@verbs.add("no events arrive", lasts=True)
def no_events(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """What happens meanwhile is never told."""
    stage.deaf += 1

    def back() -> None:
        stage.deaf -= 1

    return back


@verbs.add("events arrive twice", lasts=True)
def events_twice(stage: Stage, found: Found) -> Undo:  # noqa: ARG001
    """Event Grid promises at least once."""
    before, stage.times = stage.times, 2

    def back() -> None:
        stage.times = before

    return back


@verbs.add("events arrive DURATION late", lasts=True)
def events_late(stage: Stage, found: Found) -> Undo:
    """They are delivered some time after they happened."""
    before, stage.late = stage.late, found.duration("duration")

    def back() -> None:
        stage.late = before

    return back
