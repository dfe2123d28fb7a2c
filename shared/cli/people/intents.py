"""`driftgate intent`: what people mean to be, with a reason and an end."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, say, show_said, signed
from shared.cli.reach import complete
from shared.cli.reach.place import asked, of_one
from shared.cli.terminal.nouns import Said
from shared.cli.terminal.printing import console, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

app = typer.Typer(
    cls=Said, help="Say that a deployment waits on purpose, or how traffic is going to be."
)
Endpoint = Annotated[
    str, typer.Argument(help="An online endpoint.", autocompletion=complete.endpoints)
]


@app.command("declare")
def intend(
    endpoint: Endpoint,
    until: Annotated[str, typer.Option(help="Until when: 2d, 'Friday 18:00Z', or ISO 8601.")],
    because: Because,
    standby: Annotated[
        str | None, typer.Option(help="The deployment that waits without traffic.")
    ] = None,
    traffic: Annotated[
        str | None, typer.Option(help="The traffic to come, as green=10,blue=90; none for nobody.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="From when on; default: now.")] = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Say that a deployment waits on purpose, or how traffic is going to be.

    Example: driftgate intent loan-endpoint --standby green --until 2d --because "waits for the
    auditors"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.intents import declare

    def said(application: "Application") -> dict[str, Any]:
        return declare(
            application.service,
            endpoint,
            until=until,
            since=since,
            deployment=standby,
            traffic=None if traffic is None else _shares(traffic),
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.post(
            "intents",
            endpoint=endpoint,
            until=until,
            since=since,
            deployment=standby,
            traffic=None if traffic is None else _shares(traffic),
            **named(author, because),
        )

    say(said, "intent", _meant, as_json=as_json, there=there)


@app.command("withdraw")
def withdraw(
    endpoint: Endpoint,
    intent: Annotated[
        str, typer.Argument(help="The intent's id, as `driftgate intent list` has it.")
    ],
    because: Because,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Take an intent back before its end.

    Example: driftgate intent withdraw loan-endpoint 1f0c9a7be210 --because "the auditors came"

    Exit code 0 taken back, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.people.intents import withdraw as take_back

    def done(application: "Application") -> dict[str, Any]:
        return take_back(
            application.service,
            application.ledger,
            endpoint,
            intent,
            **signed(application, author, because),
        )

    def there(service: "Deployed") -> dict[str, Any]:
        return service.delete("intents", endpoint, intent, **named(author, because))

    say(done, "intent", _meant, as_json=as_json, there=there, lead="Taken back: ")


@app.command("list")
def intents(
    endpoint: Annotated[
        str | None,
        typer.Argument(help="Only of this endpoint.", autocompletion=complete.endpoints),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List who means what to be, why, until when, and whether it is in force.

    Example: driftgate intent list loan-endpoint

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.service.people.intents import intents as listed

    found = asked(
        here=lambda application: listed(
            application.ledger, application.policies, application.clock(), endpoint
        ),
        there=lambda service: service.rows("intents", "intents", *of_one(endpoint)),
    )
    if as_json:
        print_json({"intents": found})
        return
    if not found:
        about = f" about {escape(endpoint)}" if endpoint is not None else ""
        console().print(
            f"Nobody has said anything{about} yet; try: driftgate intent declare --help"
        )
        return
    show_said(found, _meant, of="endpoint")


def _meant(intent: dict[str, Any]) -> str:
    if intent["deployment"] is not None:
        return f"{intent['deployment']} stands by"
    shares = ", ".join(f"{name} {share:g} %" for name, share in sorted(intent["traffic"].items()))
    return shares or "no traffic for any deployment"


def _shares(text: str) -> dict[str, float]:
    """`green=10,blue=90`, or `none` for no share at all. Raises InvalidData."""
    if text.strip().casefold() == "none":
        return {}
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            value = float(share.strip().removesuffix("%"))
        except ValueError as problem:
            raise InvalidData(
                f"--traffic {part[:80]!r} is no share; write it as green=10,blue=90."
            ) from problem
        if name.strip() in shares:
            raise InvalidData(f"--traffic names {name.strip()[:80]} twice; give each one share.")
        shares[name.strip()] = value
    return shares
