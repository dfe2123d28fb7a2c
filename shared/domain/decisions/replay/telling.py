"""What is said of a replay, for people."""

from shared.domain.event import Event
from shared.domain.replay import By, ReplayWatch, Selection
from shared.domain.wording import spell_list, spell_time


def begun(name: str, watch: ReplayWatch) -> str:
    """Who has what told again, and why."""
    again = "told again, decided ones too" if watch.again else "told where it was never decided"
    return (
        f"{watch.by} has {spell_selection(watch.selection)} {again}, as {name}, "
        f"{watch.rate:g} events a minute: {watch.because}"
    )


def counted(watch: ReplayWatch) -> str:
    """How many came out how."""
    return (
        f"{watch.told} told, {watch.skipped} decided already, {watch.refused} that cannot be read"
    )


def told_step(event: Event) -> str:
    """What one step did."""
    data = event.data
    return (
        f"Step {data['step']} of {event.name}: {data['told']} told, {data['skipped']} decided "
        f"already, {data['refused']} that cannot be read"
    )


def spell_selection(selection: Selection) -> str:
    """What is selected, in words."""
    lists = (
        ("type", selection.types),
        ("source", selection.sources),
        ("via", selection.vias),
        ("event", selection.events),
        ("verdict", selection.verdicts),
    )
    named = (
        ("model", selection.model),
        ("endpoint", selection.endpoint),
        ("subject", selection.subject),
        ("correlation", selection.correlation),
        ("where", selection.where),
    )
    parts = [f"{name} {spell_list(list(values))}" for name, values in lists if values]
    parts += [f"{name} {value}" for name, value in named if value is not None]
    what = f"what came in with {', '.join(parts)}" if parts else "all that came in"
    word = "received" if selection.by is By.RECEIVED else "happened"
    times = [] if selection.since is None else [f"from {spell_time(selection.since)}"]
    times += [] if selection.until is None else [f"before {spell_time(selection.until)}"]
    return f"{what}, {word} {' and '.join(times)}," if times else what
