"""`driftgate explain`: why somebody was told or not, in the words of what was decided."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.reach import complete
from shared.cli.reach.place import asked
from shared.cli.terminal.printing import COLOURS, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed


def explain(
    thing: Annotated[
        list[str],
        typer.Argument(
            help="An alert's fingerprint or how it begins, `event ID`, a notice, a group, a "
            "silence, a retraining, receiver/NAME, or MODEL:VERSION and a gate.",
            autocompletion=complete.things,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Tell why somebody was told or not: which rule, number, silence, pace or breaker decided.

    It is read from the decisions that were made, and nothing is decided anew.

    Exit codes: 0 found, 3 nothing is known of it (what it could be is on standard error).

    Example: driftgate explain 9c1d22ab
    """
    named = " ".join(thing)
    told = asked(
        here=lambda application: _explained_here(application, named),
        there=lambda service: _explained_there(service, named),
    )
    if as_json:
        print_json(told)
    else:
        _print(console(), told)


def _explained_here(application: "Application", thing: str) -> dict[str, Any]:
    from shared.domain.canonical import to_plain
    from shared.service.explaining import explain as explained

    told: Any = to_plain(
        explained(
            thing,
            ledger=application.ledger,
            archive=application.archive,
            policies=application.policies,
            now=application.clock(),
        )
    )
    return dict(told)


def _explained_there(service: "Deployed", thing: str) -> dict[str, Any]:
    told: dict[str, Any] = service.get("explain", thing, format="json")["explanation"]
    return told


def _print(screen: "Console", told: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    def safe(text: str, most: int = 1000) -> str:
        return escape(harmless(text, most))

    kind, name = told["thing"]["kind"], safe(told["thing"]["name"], 200)
    screen.print(f"[bold underline]{safe(told['title'])}[/] [dim]({kind} {name})[/]")
    for sentence in told["now"]:
        screen.print(f"[bold]{safe(sentence)}[/]")
    if told["alert"] is not None and told["alert"]["ended"] is None:
        screen.print(f"First: {safe(told['alert']['first_step'])}")
    for name, value in told["facts"]:
        screen.print(f"  [dim]{safe(name, 100)}[/] {safe(value)}")
    moments = told["moments"]
    screen.print("What was decided:" if moments else "Nothing was decided of it that is kept.")
    for moment in moments:
        for line in _lines(moment):
            screen.print(line)
    for note in told["notes"]:
        screen.print(f"[yellow]{safe(note)}[/]")
    for title, command in told["commands"]:
        screen.print(f"{safe(title, 100)}: [cyan]{safe(command)}[/]")


def _lines(moment: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless
    from shared.domain.canonical import parse_time
    from shared.service.explaining.wording import spell_second

    colour = COLOURS.get(moment["verdict"], "white")
    word = moment["rule"].replace("_", " ")
    why = moment["reason"].replace("_", " ")
    figures = f" [dim]({escape(harmless(moment['figures'], 200))})[/]" if moment["figures"] else ""
    by = f"{word}, {why}; {moment['event']} of {moment['subject']}"
    said = f"[{colour}]{escape(harmless(moment['sentence'], 1000))}[/]"
    decision = moment["decision"][:16] or "none"
    lines = [
        f"{spell_second(parse_time(moment['at']))} {said}{figures}",
        f"    [dim]{escape(harmless(by, 300))}; decision {decision}[/]",
    ]
    if moment["repeats"] and moment["until"] is not None:
        times = "time" if moment["repeats"] == 1 else "times"
        last = spell_second(parse_time(moment["until"]))
        lines.append(f"    [dim]the same {moment['repeats']} more {times}, last {last}[/]")
    return lines
