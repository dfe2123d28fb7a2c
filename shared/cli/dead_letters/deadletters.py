"""`driftgate deadletters`: what could not be handled, counted, listed and shown."""

from collections import Counter
from typing import Annotated

import typer

from shared.cli.dead_letters import changing
from shared.cli.dead_letters.finding import Limit, filtering
from shared.cli.dead_letters.listing import all_here, listed_here, listed_there, shown_here
from shared.cli.dead_letters.screen import print_counts, print_letter, print_letters
from shared.cli.people.saying import AsJson
from shared.cli.reach import place
from shared.cli.reach.place import asked
from shared.cli.terminal.options import Asked
from shared.cli.terminal.printing import console, print_json

app = typer.Typer(
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def deadletters(context: typer.Context, as_json: AsJson = False) -> None:
    """Count dead letters by queue: what could not be handled, wherever it lies.

    Example: driftgate deadletters

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    if context.invoked_subcommand is not None:
        return
    from shared.service.dead_letters.letters import SOURCES

    found = asked(here=all_here, there=lambda service: listed_there(service, {}, None))
    counts = Counter(letter["queue"] for letter in found["dead_letters"])
    rows = {source: counts[source] for source in SOURCES if counts[source]}
    if as_json:
        print_json({**found, "dead_letters": rows})
        return
    print_counts(console(), rows, found["more"])


@app.command("list")
@filtering
def list_(
    *,
    asked: Asked,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first.

    Example: driftgate deadletters list --queue checks --since 2d

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    found = place.asked(
        here=lambda application: listed_here(application, asked, limit),
        there=lambda service: listed_there(service, asked, limit),
    )
    if as_json:
        print_json(found)
        return
    print_letters(console(), found["dead_letters"], found["more"])


@app.command()
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one whole: why it is there, its properties, its body, and how that was edited.

    Example: driftgate deadletters show 3fa91c0b

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    letter = asked(
        here=lambda application: shown_here(application, identity),
        there=lambda service: service.get("deadletters", identity)["dead_letter"],
    )
    if as_json:
        print_json({"dead_letter": letter})
        return
    print_letter(console(), letter)


app.command()(changing.edit)
app.command()(changing.resubmit)
app.command()(changing.purge)
