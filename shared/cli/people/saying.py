"""What commands share that tell Driftgate something in a person's name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.terminal.printing import console, minute, print_decisions, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.people.saying import Signed

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Because = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
_COLOURS = {"in force": "green", "to come": "yellow"}
Author = Annotated[str | None, typer.Option(help="Who says so; default: who is signed in here.")]


def say(
    what: "Callable[[Application], dict[str, Any]]",
    name: str,
    shown: Callable[[dict[str, Any]], str],
    *,
    as_json: bool,
    lead: str = "",
) -> None:
    """Say it, and where no host works on the queue, decide it here and show what followed.

    `name` is its key in the JSON document, `shown` makes a line of it. A refusal exits with 3.
    """
    from rich.markup import escape

    from shared.bootstrap import build
    from shared.cli.sending import decided_here

    application = build()
    said = what(application)
    decided = decided_here(application)
    if as_json:
        print_json({name: said, "decisions": decided})
        return
    screen = console()
    until = f" until {minute(said['until'])}" if said["until"] else ""
    screen.print(
        f"{lead}[bold]{said['id']}[/] {escape(shown(said))}{until}, "
        f"says {escape(said['author'])}: {escape(said['reason'])}"
    )
    print_decisions(screen, decided)
    if not decided:
        screen.print("[dim]It is kept and queued; it counts as soon as it is decided.[/]")


def show_said(
    found: list[dict[str, Any]], shown: Callable[[dict[str, Any]], str], *, of: str | None = None
) -> None:
    """List what was said: whether it is in force, until when, who says it, who took it back.

    `shown` makes a line of each, `of` is the key of what it is about where that stands before it.
    """
    from rich.markup import escape

    screen = console()
    for one in found:
        colour = _COLOURS.get(one["standing"], "dim")
        about = "" if of is None else f"[bold]{escape(one[of])}[/] "
        since = "" if one["standing"] != "to come" else f"from {minute(one['since'])} "
        screen.print(
            f"[{colour}]{one['standing']}[/] {about}{escape(shown(one))} "
            f"{since}until {minute(one['until'])} [dim]{one['id']}[/]"
        )
        screen.print(f"  {escape(one['author'])}: {escape(one['reason'])}")
        if one["withdrawn"] is not None:
            screen.print(
                f"  taken back {minute(one['withdrawn'])} by {escape(one['withdrawn_by'])}: "
                f"{escape(one['withdrawn_because'])}"
            )


def signed(application: "Application", author: str | None, because: str) -> "Signed":
    """In whose name it is said: whoever is named, else who is signed in here."""
    from shared.service.people.saying import Signed

    return Signed(
        author=author or signed_in(), reason=because, now=application.clock(), via="command"
    )


def signed_in() -> str:
    """Who is signed in on this machine. Raises InvalidData when nobody can tell."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as problem:
        raise InvalidData("Nobody is signed in here; say who you are with --author.") from problem
