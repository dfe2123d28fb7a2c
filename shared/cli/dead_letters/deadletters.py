"""`driftgate deadletters`: what could not be handled, counted, listed and shown."""

from collections import Counter
from typing import Annotated

import typer

from shared.cli.dead_letters import changing
from shared.cli.dead_letters.finding import Limit, filtering, find, of_id, select
from shared.cli.dead_letters.screen import print_counts, print_letter, print_letters
from shared.cli.people.saying import AsJson
from shared.cli.terminal.options import Asked
from shared.cli.terminal.printing import console, print_json

app = typer.Typer(
    help="Dead letters: what could not be handled, wherever it lies.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def deadletters(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how many dead letters there are, by queue.

    Example: driftgate deadletters
    """
    if context.invoked_subcommand is not None:
        return
    from shared.bootstrap import build
    from shared.service.dead_letters.letters import SOURCES

    found = find(build(), SOURCES, 1000)
    counts = Counter(letter.queue for letter in found.letters)
    rows = {source: counts[source] for source in SOURCES if counts[source]}
    if as_json:
        print_json({"dead_letters": rows, "more": found.more, "problems": found.problems})
        return
    print_counts(console(), rows, found.more)


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
    """
    from shared.bootstrap import build
    from shared.service.dead_letters.showing import listed

    found, letters = select(build(), asked, limit)
    if as_json:
        shown = [listed(letter) for letter in letters]
        print_json({"dead_letters": shown, "more": found.more, "problems": found.problems})
        return
    print_letters(console(), [listed(letter) for letter in letters], found.more)


@app.command()
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one whole: why it is there, its properties, its body, and how that was edited.

    Example: driftgate deadletters show 3fa91c0b
    """
    from shared.bootstrap import build
    from shared.service.dead_letters.showing import shown

    letter = of_id(build(), identity)
    if as_json:
        print_json({"dead_letter": shown(letter)})
        return
    print_letter(console(), shown(letter))


app.command()(changing.edit)
app.command()(changing.resubmit)
app.command()(changing.purge)
