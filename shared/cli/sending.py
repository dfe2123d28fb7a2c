"""`driftgate send`: any payload file through the whole path."""

import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.reach.place import asked, named_place
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_decision, print_decisions, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application

_LOOKS, _BETWEEN_SECONDS = 100, 0.05
"""Five seconds, which a look at much data takes; then it is said that it is not decided yet."""


def send(
    file: Annotated[Path, typer.Argument(help="A payload: Event Grid, CloudEvent, hook or alert.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Send a payload file through the service and print what was decided.

    Example: driftgate send samples/events/arm_online_deployment_write_success.derived.json

    Exit code 0 handled, 3 refused (the sentence is on standard error), 1 fault.
    """
    try:
        payload = file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read: {problem.strerror}.") from problem
    told, unsettled = asked(
        here=lambda application: _sent_here(application, payload),
        there=lambda service: ({"decisions": [], **service.send(payload, "events")}, []),
    )
    if as_json:
        print_json(told)
    else:
        _print(told)
    for refused in told["refused"]:
        sys.stderr.write(f"{refused['sentence']}\n")
    for key in unsettled:
        sys.stderr.write(f"Event {key} was kept but could not be decided.\n")
    if unsettled:
        raise typer.Exit(Ending.FAULT)
    if told["refused"]:
        raise typer.Exit(Ending.REFUSED)


def _sent_here(application: "Application", payload: bytes) -> tuple[dict[str, Any], list[str]]:
    """What became of a payload, and the keys of the events that could not be decided."""
    from shared.domain.chain.links import is_stub
    from shared.service.queries import shown
    from shared.service.taking_in import take_in

    taken = take_in(payload, application.service, application.ledger, via="command")
    decided = decide_waiting(application)
    _wait_for_others(application, taken["events"])
    told = {one["event"]["id"] for one in [*decided, *taken["already_decided"]]}
    for event in taken["events"]:
        stored = application.ledger.decision(event["subject"], event["key"])
        if event["id"] not in told and stored is not None and not is_stub(stored):
            # What is new and was not decided here, a host that runs beside was quicker with.
            decided.append(shown(stored))
    return {"decisions": decided, **taken}, _unsettled(application, taken["events"])


def _unsettled(application: "Application", events: list[dict[str, Any]]) -> list[str]:
    return [
        event["key"]
        for event in events
        if application.ledger.decision(event["subject"], event["key"]) is None
    ]


def _wait_for_others(application: "Application", events: list[dict[str, Any]]) -> None:
    """What a host on this home has in hand is decided in a moment, or comes again."""
    from shared.hosting.alone import is_hosted

    if not _unsettled(application, events) or not is_hosted(application.settings):
        return
    for _ in range(_LOOKS):
        sleep(_BETWEEN_SECONDS)
        if not _unsettled(application, events):
            return


def decide_waiting(application: "Application") -> list[dict[str, Any]]:
    """Decide whatever waits in the queue, as the host would, and return the decisions as shown."""
    from shared.service.queries import shown

    decided: list[dict[str, Any]] = []

    def handle(body: Any) -> None:
        decision = application.service.handle(body)
        if decision is not None:
            stored = application.ledger.decision(decision.event.subject, decision.event.key)
            if stored is not None:
                decided.append(shown(stored))

    application.worker({"checks": handle}).drain()
    return decided


def decided_here(application: "Application") -> list[dict[str, Any]]:
    """What follows from something said, where no host works on the queues but the command."""
    return decide_waiting(application) if application.settings.azure is None else []


def _print(told: dict[str, Any]) -> None:
    screen = console()
    print_decisions(screen, told["decisions"])
    for decision in told["already_decided"]:
        screen.print("[dim]Already decided; nothing was done again:[/]")
        print_decision(screen, decision)
    waiting = len(told["events"]) - len(told["decisions"]) - len(told["already_decided"])
    if waiting > 0 and named_place() is not None:
        screen.print(f"[dim]Kept and queued: {waiting}; see driftgate status in a moment.[/]")
