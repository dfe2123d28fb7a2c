"""`driftgate send`: any payload file through the whole path."""

import sys
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_decision, print_decisions, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.service import Receipt

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
    _wait_for_others(application, receipts)
    known = {decision["event"]["id"] for decision in decided}
    repeated: list[dict[str, Any]] = []
    for receipt in receipts:
        if receipt.event is None or receipt.event.id in known:
            continue
        stored = application.ledger.decision(receipt.event.subject, receipt.key)
        if stored is not None and not is_stub(stored):
            # What is new and was not decided here, a host that runs beside was quicker with.
            (repeated if receipt.duplicate else decided).append(shown(stored))
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
    unsettled = _unsettled(application, receipts)
    for receipt in unsettled:
        sys.stderr.write(f"Event {receipt.key} was kept but could not be decided.\n")
    if unsettled:
        raise typer.Exit(Ending.FAULT)
    if refusals:
        raise typer.Exit(Ending.REFUSED)


def _unsettled(application: "Application", receipts: "list[Receipt]") -> "list[Receipt]":
    return [
        receipt
        for receipt in receipts
        if receipt.event is not None
        and application.ledger.decision(receipt.event.subject, receipt.key) is None
    ]


def _wait_for_others(application: "Application", receipts: "list[Receipt]") -> None:
    """What a host on this home has in hand is decided in a moment, or comes again."""
    from shared.hosting.alone import is_hosted

    if not _unsettled(application, receipts) or not is_hosted(application.settings):
        return
    for _ in range(_LOOKS):
        sleep(_BETWEEN_SECONDS)
        if not _unsettled(application, receipts):
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


def _print(decided: list[dict[str, Any]], repeated: list[dict[str, Any]]) -> None:
    screen = console()
    print_decisions(screen, decided)
    for decision in repeated:
        screen.print("[dim]Already decided; nothing was done again:[/]")
        print_decision(screen, decision)
