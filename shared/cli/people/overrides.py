"""`driftgate override`: gates that somebody lets pass, in their name and for some days."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, say, show_said, signed
from shared.cli.reach import complete
from shared.cli.reach.place import asked, of_one
from shared.cli.terminal.nouns import Said
from shared.cli.terminal.printing import console, print_json

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

app = typer.Typer(cls=Said, help="Let gates of one version pass for some days, in your name.")
Model = Annotated[str, typer.Argument(help="A registered model.", autocompletion=complete.models)]


@app.command("declare")
def override(
    model: Model,
    version: Annotated[str, typer.Argument(help="Its version; no other is let pass.")],
    gate: Annotated[
        list[str],
        typer.Option(help="What is let pass: metric/auc, or a whole rule such as drift_gate."),
    ],
    until: Annotated[str, typer.Option(help="Until when, a week at most: 2d, 'Friday 18:00Z'.")],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Let gates of one version pass for some days, in your name.

    Example: driftgate override churn 7 --gate metric/auc --until 2d --because "hotfix, see 4711"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.overrides import declare

    def said(application: "Application") -> dict[str, Any]:
        return declare(
            application.service,
            application.ledger,
            model,
            version,
            gates=gate,
            until=until,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.post(
            "overrides",
            model=model,
            version=version,
            gates=gate,
            until=until,
            **named(author, because),
        )

    say(said, "override", _passes, as_json=as_json, there=there)


@app.command("withdraw")
def withdraw_override(
    model: Model,
    override: Annotated[str, typer.Argument(help="Its id, as `driftgate override list` has it.")],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Take an override back before its end.

    Example: driftgate override withdraw churn 1f0c9a7be210 --because "auc was measured again"

    Exit code 0 taken back, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.overrides import withdraw

    def done(application: "Application") -> dict[str, Any]:
        return withdraw(
            application.service,
            application.ledger,
            model,
            override,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.delete("overrides", model, override, **named(author, because))

    say(done, "override", _passes, as_json=as_json, there=there, lead="Taken back: ")


@app.command("list")
def overrides(
    model: Annotated[
        str | None, typer.Argument(help="Only of this model.", autocompletion=complete.models)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List who lets which gates pass, why, until when, and whether it is in force.

    Example: driftgate override list churn

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.service.people.overrides import overrides as listed

    found = asked(
        here=lambda application: listed(application.ledger, application.clock(), model),
        there=lambda service: service.rows("overrides", "overrides", *of_one(model)),
    )
    if as_json:
        print_json({"overrides": found})
        return
    if not found:
        about = f" of {escape(model)}" if model is not None else ""
        console().print(f"Nobody lets any gate{about} pass; try: driftgate override declare --help")
        return
    show_said(found, _passes)


def _passes(override: dict[str, Any]) -> str:
    return f"{override['model']}:{override['version']} passes {', '.join(override['gates'])}"
