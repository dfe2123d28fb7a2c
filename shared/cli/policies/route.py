"""`driftgate policy route`: where an alert would go, when, and what would hold it."""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json, table
from shared.domain.alert import AlertKind, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from shared.domain.notices import Silence
    from shared.domain.policy import AlertPolicy, Fleet
    from shared.policies.trial import Destination, RouteTrial
    from shared.ports import Ledger, Policies


def route(
    kind: Annotated[
        AlertKind | None, typer.Option(help="The alert's kind; a table of all unless named.")
    ] = None,
    severity: Annotated[
        Severity | None, typer.Option(help="Its severity; a warning unless named.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="A label, as often as there are: deployment=green.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Whose alert: its policy's routes first.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When it begins: 'Friday 23:00Z'; now unless named.")
    ] = None,
    policies: Annotated[
        Path | None,
        typer.Option(help="A folder of policies, offline; those in force unless named."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show where an alert would go: by which route, in which group, when, and what would hold it.

    Exit codes: 0 somebody is told, 2 nobody is, 3 the policies cannot be read.

    Example: driftgate policy route --kind no_traffic --severity critical --at "Friday 23:00Z"
    """
    from shared.bootstrap import build
    from shared.policies.moments import parse_moment
    from shared.policies.trial import example, try_route

    application = build()
    now = application.clock()
    begins = now if at is None else parse_moment(at, now, "at")
    known = application.policies if policies is None else _of_folder(policies)
    fleet, policy = _read(known, model)
    labels = _labels(label or [])
    scope = model or "any"
    if kind is None:
        _table(policy, fleet, scope, severity, labels, begins, as_json=as_json)
        return
    alert = example(kind, severity or Severity.WARNING, labels, scope, begins)
    silences = _silences(application.ledger) if policies is None else ()
    trial = try_route(alert, scope, policy, fleet, at=begins, silences=silences)
    if as_json:
        from shared.domain.canonical import to_plain

        print_json(to_plain(trial))
    else:
        _print(trial)
        if severity is None:
            others = [replace(alert, severity=one) for one in (Severity.CRITICAL, Severity.INFO)]
            tried = [try_route(one, scope, policy, fleet, at=begins) for one in others]
            _print_others(trial, tried)
    raise typer.Exit(Ending.DONE if trial.told else Ending.NO)


def _of_folder(folder: Path) -> "Policies":
    """The policies of a folder. Raises NotFound for one that is not there."""
    from shared.errors import NotFound
    from shared.policies.store import PolicyStore

    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}; name one that holds policies.")
    return PolicyStore(
        lambda: {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    )


def _read(policies: "Policies", model: str | None) -> "tuple[Fleet, AlertPolicy]":
    """The fleet and the model's own routes. Raises InvalidPolicy, and NotFound without a fleet."""
    from shared.domain.policy import AlertPolicy
    from shared.errors import NotFound

    fleet = policies.fleet()
    if fleet is None:
        raise NotFound("There is no fleet.yaml beside the policies, so nobody is told; write one.")
    found = None if model is None else policies.for_model(model)
    if model is not None and found is None:
        sys.stderr.write(f"No policy names the model {model}; the fleet's routes alone count.\n")
    return fleet, AlertPolicy() if found is None else found.alerts


def _labels(given: "Sequence[str]") -> dict[str, str]:
    labels = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"--label {one!r} is no label; write deployment=green.")
        labels[name.strip()] = value
    return labels


def _silences(ledger: "Ledger") -> "tuple[Silence, ...]":
    from shared.domain.state import SubjectState
    from shared.service.codec import decode

    return decode(ledger.state("silences/fleet").state, SubjectState).silences


def _print(trial: "RouteTrial") -> None:
    from rich.markup import escape

    from shared.domain.wording import spell_moment

    screen = console()
    alert = trial.alert
    named = ", ".join(f"{name}={value}" for name, value in alert.labels.items())
    screen.print(
        f"[bold]{alert.kind.value}[/] {alert.severity.value} of {escape(trial.scope)}"
        f"{escape(f' with {named}' if named else '')}, {spell_moment(trial.at)}"
    )
    for one in trial.tried:
        took = "[green]takes it[/]" if one.why_not is None else f"no: {escape(one.why_not)}"
        screen.print(f"  [dim]{escape(one.where)}[/] {took}")
    if not trial.told:
        screen.print("[red]Nobody is told[/]: no route takes it to a receiver, and no default.")
    for destination in trial.told:
        for line in _lines(destination):
            screen.print(line)


def _print_others(trial: "RouteTrial", others: "Sequence[RouteTrial]") -> None:
    """Of which other severities somebody else is told, since nobody said how bad it is."""
    from rich.markup import escape

    told = {one.receiver for one in trial.told}
    for other in others:
        names = list(dict.fromkeys(one.receiver for one in other.told))
        if set(names) != told:
            console().print(
                f"[yellow]With --severity {other.alert.severity.value} it goes to "
                f"{escape(', '.join(names)) or 'nobody'}.[/]"
            )


def _lines(one: "Destination") -> "list[str]":
    from rich.markup import escape

    from shared.domain.wording import spell_moment

    labels = ", ".join(f"{name}={value or 'none'}" for name, value in one.group.items())
    group = f"one notice with others of {labels}" if labels else "one notice with all others"
    when = "never" if one.first is None else spell_moment(one.first)
    lines = [
        f"[green]{escape(one.receiver)}[/] over {one.channel}, by {escape(one.where)}",
        f"  first notice {when}; {escape(group)} of the model",
        f"  waits {_spelled(one.wait)}, changes after {_spelled(one.interval)}, "
        f"again each {_spelled(one.repeat)}",
    ]
    return lines if one.held is None else [*lines, f"  [yellow]held[/] {escape(one.held)}"]


def _spelled(span: "timedelta") -> str:
    from shared.domain.wording import spell_duration

    seconds = span.total_seconds()
    return f"{seconds:g} s" if seconds < 60 else spell_duration(span)


def _table(
    policy: "AlertPolicy",
    fleet: "Fleet",
    scope: str,
    severity: Severity | None,
    labels: dict[str, str],
    at: datetime,
    *,
    as_json: bool,
) -> None:
    """Every kind of alert and every receiver, with the severities at which it goes there."""
    from shared.policies.trial import reached

    severities = list(Severity) if severity is None else [severity]
    found = {
        kind.value: reached(kind, scope, policy, fleet, severities=severities, labels=labels, at=at)
        for kind in AlertKind
    }
    if as_json:
        print_json({"kinds": found})
        return
    names = [receiver.name for receiver in fleet.receivers]
    rows = table("Kind", *names, "Nobody")
    for kind, told in found.items():
        rows.add_row(kind, *_cells(told, names, [one.value for one in severities]))
    screen = console()
    screen.print(rows)
    asking = [r for r in (*policy.routes, *fleet.routes) if r.labels]
    if asking and not labels:
        screen.print("[dim]Routes that ask for labels take none of these; try --label.[/]")


def _cells(
    told: "Mapping[str, Sequence[str]]", names: "Sequence[str]", severities: "Sequence[str]"
) -> list[str]:
    """By receiver the severities, `all` for all of them; last those that reach nobody."""
    lost = [one for one in severities if not any(one in found for found in told.values())]
    return [
        "all" if len(found) == len(severities) > 1 else ", ".join(found)
        for found in (*(told.get(name, []) for name in names), lost)
    ]
