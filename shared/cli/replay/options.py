"""The options by which a replay selects events, shared by the dry run and by --apply."""

from datetime import datetime
from typing import Annotated, Any

import typer

from shared.cli.terminal.options import Asked, taking
from shared.domain.replay import By, Of, Selection

Since = Annotated[
    str | None, typer.Option(help="From then on: 30d (ago), or 2026-02-06T18:00Z.", metavar="TIME")
]
Until = Annotated[str | None, typer.Option(help="Before then.", metavar="TIME")]
ByTime = Annotated[
    By,
    typer.Option(
        "--by-time", help="Which time: when it was received (of chains: decided), or of the event."
    ),
]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="An event's type, as ModelRegistered.")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="An event's source.")]
Vias = Annotated[
    list[str] | None, typer.Option("--via", help="The way in: event-grid, azure-devops, command, …")
]
Model = Annotated[str | None, typer.Option(help="Events of this model, or that name it.")]
Endpoint = Annotated[str | None, typer.Option(help="Events of this endpoint, or that name it.")]
Subject = Annotated[str | None, typer.Option(help="Events of this subject, as model/churn.")]
Correlation = Annotated[str | None, typer.Option(help="Events of one correlation.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="One event by its id, or its key's beginning.")
]
Verdicts = Annotated[
    list[str] | None,
    typer.Option("--verdict", help="What was decided: pass, fail, inconclusive, error, none."),
]
Where = Annotated[
    str | None, typer.Option(help="A JMESPath predicate over {event, decision}.", metavar="EXPR")
]
Looked = Annotated[
    Of,
    typer.Option("--of", help="All that came in, or everything that was decided, timers too."),
]


selecting = taking(
    since=Since,
    until=Until,
    by=(ByTime, By.RECEIVED),
    types=Types,
    sources=Sources,
    vias=Vias,
    model=Model,
    endpoint=Endpoint,
    subject=Subject,
    correlation=Correlation,
    events=Events,
    verdicts=Verdicts,
    where=Where,
    of=(Looked, Of.ARCHIVE),
)
"""Gives a command all of them; the names are those of a `Selection`."""
_SEVERAL = frozenset({"types", "sources", "vias", "events", "verdicts"})


def selection_of(now: datetime, asked: Asked) -> Selection:
    """What the options select. Raises InvalidData naming the one that cannot be meant."""
    from shared.policies.moments import parse_past

    fields: dict[str, Any] = {
        name: tuple(value or ()) if name in _SEVERAL else value for name, value in asked.items()
    }
    for time in ("since", "until"):
        if asked[time] is not None:
            fields[time] = parse_past(asked[time], now, time)
    return Selection(**fields)


def body_of(asked: Asked) -> dict[str, object]:
    """The same as the fields of a service's selection; times are read there, by its clock."""
    plain = {name: getattr(value, "value", value) for name, value in asked.items()}
    return {name: value for name, value in plain.items() if value is not None and value != []}
