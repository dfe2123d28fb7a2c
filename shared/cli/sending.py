"""`driftgate send`: any payload file through the whole path."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_decision, print_decisions, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application


def send(
    file: Annotated[Path, typer.Argument(help="A payload: Event Grid, CloudEvent, hook or alert.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Send a payload file through the service and print what was decided.

    Example: driftgate send samples/events/arm_online_deployment_write_success.derived.json

    Exit code 0 handled, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.bootstrap import build
    from shared.domain.chain.links import is_stub
    from shared.service.queries import shown

    try:
        payload = file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read: {problem.strerror}.") from problem
    application = build()
    receipts = application.service.receive(payload, via="command")
    decided = decide_waiting(application)
    known = {decision["event"]["id"] for decision in decided}
    repeated = [
        shown(stored)
        for receipt in receipts
        if receipt.event is not None
        and receipt.event.id not in known
        and (stored := application.ledger.decision(receipt.event.subject, receipt.key)) is not None
        and not is_stub(stored)
    ]
    refusals = [receipt.refusal for receipt in receipts if receipt.refusal is not None]
    if as_json:
        print_json(
            {
                "decisions": decided,
                "already_decided": repeated,
                "refused": [
                    {"key": receipt.key, "sentence": receipt.refusal}
                    for receipt in receipts
                    if receipt.refusal is not None
                ],
            }
        )
    else:
        _print(decided, repeated)
    for sentence in refusals:
        sys.stderr.write(f"{sentence}\n")
    unsettled = [
        receipt
        for receipt in receipts
        if receipt.event is not None
        and application.ledger.decision(receipt.event.subject, receipt.key) is None
    ]
    for receipt in unsettled:
        sys.stderr.write(f"Event {receipt.key} was kept but could not be decided.\n")
    if unsettled:
        raise typer.Exit(Ending.FAULT)
    if refusals:
        raise typer.Exit(Ending.REFUSED)


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


def _print(decided: list[dict[str, Any]], repeated: list[dict[str, Any]]) -> None:
    screen = console()
    print_decisions(screen, decided)
    for decision in repeated:
        screen.print("[dim]Already decided; nothing was done again:[/]")
        print_decision(screen, decision)
