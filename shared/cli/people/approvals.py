"""`driftgate approve`, `approvals`, `withdraw-approval`: promotions that people let go on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, say, signed
from shared.cli.terminal.printing import console, minute, print_json

if TYPE_CHECKING:
    from shared.bootstrap import Application

_COLOURS = {"waits": "yellow", "approved": "green", "refused": "red"}


def approve(
    model: Annotated[str, typer.Argument(help="A registered model.")],
    version: Annotated[str, typer.Argument(help="Its version; it is on its way to a stage.")],
    because: Because,
    stage: Annotated[
        str | None, typer.Option(help="Which stage; may be left out where there is one alone.")
    ] = None,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Refuse it: that ends the promotion.")
    ] = False,
    basis: Annotated[
        str | None,
        typer.Option(help="What was looked at; where it has changed since, nothing is said."),
    ] = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Approve a promotion in your name, or refuse it, where its stage takes that in Driftgate.

    Example: driftgate approve churn 7 --stage production --because "figures of May looked at"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.approvals import declare

    def said(application: "Application") -> dict[str, Any]:
        return declare(
            application.service,
            application.ledger,
            application.policies,
            model,
            version,
            stage=stage,
            approves=not refuse,
            basis=basis,
            **signed(application, author, because),
        )

    say(said, "approval", _said, as_json=as_json)


def withdraw_approval(
    model: Annotated[str, typer.Argument(help="A registered model.")],
    approval: Annotated[str, typer.Argument(help="Its id, as `driftgate approvals` has it.")],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Take your own approval back while its promotion has not gone on.

    Example: driftgate withdraw-approval churn 1f0c9a7be210 --because "looked at the wrong run"

    Exit code 0 taken back, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.approvals import withdraw

    def done(application: "Application") -> dict[str, Any]:
        return withdraw(
            application.service,
            application.ledger,
            application.policies,
            model,
            approval,
            **signed(application, author, because),
        )

    say(done, "approval", _said, as_json=as_json, lead="Taken back: ")


def approvals(
    model: Annotated[str | None, typer.Argument(help="Only of this model.")] = None,
    as_json: AsJson = False,
) -> None:
    """List which promotions wait for approvals, who said what, and who has not yet.

    Example: driftgate approvals churn
    """
    from rich.markup import escape

    from shared.bootstrap import build
    from shared.service.people.approvals_asked import approvals as listed

    application = build()
    found = listed(application.ledger, application.policies, application.clock(), model)
    if as_json:
        print_json({"approvals": found})
        return
    if not found:
        about = f" of {escape(model)}" if model is not None else ""
        console().print(f"No promotion{about} asks for approvals; try: driftgate promotions")
        return
    for one in found:
        _show(one)


def _show(row: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    def safe(value: object, most: int = 200) -> str:
        return escape(harmless(str(value), most))

    screen = console()
    colour = _COLOURS.get(row["standing"], "dim")
    where = "the pipeline or Driftgate" if row["given"] == "either" else row["given"]
    basis = f", of {row['basis'][:12]}" if row["basis"] else ""
    screen.print(
        f"[{colour}]{row['standing']}[/] [bold]{safe(row['model'])}:{safe(row['version'])}[/] to "
        f"{safe(row['stage'])}: {row['counted']} of {row['needed']} given in {where}{basis}"
    )
    for word in row["words"]:
        counts = "counts" if word["counts"] else f"does not count: {word['why']}"
        identity = f" [dim]{word['id']}[/]" if word["id"] else ""
        screen.print(
            f"  {safe(word['by'])} {safe(word['status'])} {minute(word['at'])} in {word['place']}, "
            f"{safe(counts, 400)}{identity}"
        )
        if word["reason"]:
            screen.print(f"    {safe(word['reason'], 500)}")
    if row["standing"] == "waits" and row["not_yet"]:
        screen.print(f"  not yet: {safe(', '.join(row['not_yet']), 400)}")


def _said(said: dict[str, Any]) -> str:
    what = "approves" if said["approves"] else "refuses"
    return f"{what} {said['model']}:{said['version']} for {said['stage']} as {said['basis'][:12]}"
