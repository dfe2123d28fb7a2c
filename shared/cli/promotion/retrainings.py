"""`driftgate retraining`: what is trained again, and why not."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, signed, spoken
from shared.cli.reach import complete
from shared.cli.reach.place import asked
from shared.cli.terminal.nouns import Noun
from shared.cli.terminal.printing import console, minute, print_decisions, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

app = typer.Typer(cls=Noun, help="What is trained again, what asks for it, and why there is none.")
_COLOURS = {
    "stopped": "red",
    "failed": "red",
    "refused": "red",
    "no_version": "red",
    "not_promoted": "yellow",
    "promoted": "green",
    "quiet": "green",
    "cancelled": "dim",
}


@app.command("list")
def retrainings(
    model: Annotated[
        str | None,
        typer.Argument(help="Only those of this model.", autocompletion=complete.models),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what asks for retrainings, those on their way, and why there is none.

    Example: driftgate retraining list loan-default

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless
    from shared.service.retrainings import retrainings as listed

    found = asked(
        here=lambda application: listed(application.ledger, model),
        there=lambda service: _of_service(service, model),
    )
    if as_json:
        print_json({"retrainings": found})
        return
    screen = console()
    if not found:
        about = f" of {escape(harmless(model, 80))}" if model is not None else ""
        screen.print(
            f"Nothing has asked for a retraining{about}; drift does by default, and a KPI or a "
            "batch endpoint whose policy says `retrain: true`."
        )
    for row in found:
        _print_model(screen, row)


@app.command("resume")
def resume_retraining(
    model: Annotated[
        str, typer.Argument(help="A registered model.", autocompletion=complete.models)
    ],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Let a model be trained again after several retrainings that did not help.

    Example: driftgate retraining resume churn --because "the labels were mended, see 4711"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless
    from shared.service.retrainings import resume

    def here(application: "Application") -> dict[str, Any]:
        return resume(
            application.service,
            application.ledger,
            model,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.post("retrainings", model, "resume", **named(author, because))

    said, decided = spoken(here, "resumed", there)
    if as_json:
        print_json({"resumed": said, "decisions": decided})
        return
    screen = console()
    screen.print(
        f"Retraining of [bold]{escape(model)}[/], stopped since {minute(said['stopped'])}, goes "
        f"on, says {escape(harmless(said['author'], 200))}: {escape(harmless(said['reason'], 500))}"
    )
    print_decisions(screen, decided)
    if not decided:
        screen.print("[dim]It is kept and queued; it counts as soon as it is decided.[/]")


def _of_service(service: "Deployed", model: str | None) -> list[dict[str, Any]]:
    found = service.rows("retrainings", "retrainings")
    return [row for row in found if model is None or row["model"] == model]


def _print_model(screen: "Console", row: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    standing = row["standing"]
    since = f" since {minute(row['stopped'])}" if row["stopped"] else ""
    colour = _COLOURS.get(standing, "yellow")
    screen.print(f"[bold]{escape(harmless(row['model'], 80))}[/] [{colour}]{standing}[/]{since}")
    for cause in row["waiting"]:
        screen.print(f"  waits: {escape(_spelled(cause))}")
    for sentence in row["why"]:
        screen.print(f"  [dim]{escape(harmless(sentence, 400))}[/]")
    if row["stopped"]:
        screen.print(
            f"  go on with: driftgate retraining resume {escape(row['model'])} --because …"
        )
    for one in row["retrainings"]:
        print_retraining(screen, one)


def print_retraining(screen: "Console", one: dict[str, Any]) -> None:
    """One retraining: its phase and since when, its causes, what trains it, what came of it."""
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    phase = one["phase"]
    cost = f", cost {one['cost']:g}" if one["cost"] is not None else ""
    version = f", version {harmless(one['version'], 80)}" if one["version"] else ""
    because = f": {harmless(one['because'], 400)}" if one["because"] else ""
    screen.print(
        f"  [{_COLOURS.get(phase, 'yellow')}]{phase.replace('_', ' ')}[/] since "
        f"{minute(one['since'])}{cost}{escape(version)}{escape(because)} "
        f"[dim]{one['retraining'][:12]}[/]"
    )
    for cause in one["causes"]:
        screen.print(f"    because of {escape(_spelled(cause))}")
    if one["job"]:
        screen.print(f"    job {escape(harmless(one['job'], 260))}")
    if one["run"] is not None:
        address = f" {harmless(one['address'])}" if one["address"] else ""
        named = f"run {one['run']} of {harmless(one['pipeline'] or '', 200)}{address}"
        screen.print(f"    {escape(named)}")


def _spelled(cause: dict[str, Any]) -> str:
    from shared.cli.terminal.harmless import harmless
    from shared.domain.wording import spell_list

    features = spell_list([harmless(name, 80) for name in cause["features"]])
    named = f" ({features})" if features else ""
    return f"{harmless(cause['cause'], 200)} in {harmless(cause['window'], 80)}{named}"
