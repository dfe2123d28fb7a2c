"""`driftgate silence`: nobody is told of some alerts for a while."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, say, show_said, signed
from shared.cli.reach.place import asked
from shared.cli.terminal.nouns import Said
from shared.cli.terminal.printing import console, print_json

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

app = typer.Typer(cls=Said, help="Have nobody told of some alerts for a while, in your name.")
_MOST_SHOWN = 10
For = Annotated[str | None, typer.Option("--for", help="For how long: 30m, 2h, 3d.")]
Until = Annotated[str | None, typer.Option(help="Or until when: 'Friday 18:00Z', or ISO 8601.")]


@app.command("declare")
def silence(
    matchers: Annotated[
        str, typer.Argument(help="Which alerts: 'kind=drift deployment=green-* severity!=info'.")
    ],
    because: Because,
    lasts: For = None,
    until: Until = None,
    starts: Annotated[str | None, typer.Option(help="From when on; default: now.")] = None,
    until_resolved: Annotated[
        bool, typer.Option("--until-resolved", help="Of each alert only until it is over once.")
    ] = False,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Have nobody told of some alerts for a while, in your name; what it mutes now is shown.

    Example: driftgate silence "kind=drift model=churn" --for 2h --because "known, see 4711"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.silences import declare

    muted: list[dict[str, Any]] = []

    def said(application: "Application") -> dict[str, Any]:
        one = declare(
            application.service,
            application.ledger,
            application.policies,
            matchers,
            lasts=lasts,
            until=until,
            starts=starts,
            until_resolved=until_resolved,
            **signed(application, author, because),
        )
        muted.extend(one["mutes"])
        return one

    def there(service: "Deployed") -> dict[str, Any]:
        answer = service.post(
            "silences",
            **{"for": lasts},
            matchers=matchers,
            until=until,
            starts=starts,
            until_resolved=until_resolved,
            **named(author, because),
        )
        muted.extend(answer["silence"]["mutes"])
        return answer

    say(said, "silence", _silenced, as_json=as_json, there=there)
    if not as_json:
        _show_muted(muted)


@app.command("withdraw")
def unsilence(
    silence: Annotated[str, typer.Argument(help="Its id, or how that begins.")],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Take a silence back before its end; what still fires is told then.

    Example: driftgate silence withdraw 1f0c9a7be210 --because "the fix is out"

    Exit code 0 taken back, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.silences import withdraw

    def done(application: "Application") -> dict[str, Any]:
        return withdraw(
            application.service,
            application.ledger,
            silence,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.delete("silences", silence, **named(author, because))

    say(done, "silence", _silenced, as_json=as_json, there=there, lead="Taken back: ")


@app.command("list")
def silences(as_json: AsJson = False) -> None:
    """List who silences which alerts, why, until when, and whether it is in force.

    Example: driftgate silence list

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.silences import silences as listed

    found = asked(
        here=lambda application: listed(application.ledger, application.clock()),
        there=lambda service: service.rows("silences", "silences"),
    )
    if as_json:
        print_json({"silences": found})
        return
    if not found:
        console().print("Nobody silences any alert; try: driftgate silence declare --help")
        return
    show_said(found, _silenced)


def _silenced(silence: dict[str, Any]) -> str:
    once = " (each until it is over once)" if silence["until_resolved"] else ""
    return f"{silence['text']}{once}"


def _show_muted(muted: list[dict[str, Any]]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    if not muted:
        screen.print("No alert that fires now is among them.")
        return
    screen.print(f"Of those that fire now it is about {len(muted)}:")
    for one in muted[:_MOST_SHOWN]:
        title = escape(harmless(one["title"], 300))
        screen.print(f"  {one['severity']} {title} [dim]{one['fingerprint']}[/]")
    if len(muted) > _MOST_SHOWN:
        screen.print(f"  and {len(muted) - _MOST_SHOWN} more")
