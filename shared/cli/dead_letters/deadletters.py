"""`driftgate deadletters`: what could not be handled, mended, sent again or thrown away."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.dead_letters.screen import (
    NONE,
    print_counts,
    print_letter,
    print_letters,
    print_resent,
)
from shared.cli.people.saying import AsJson, Author, Because, signed_in
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.dead_letters.letters import Found, Letter

app = typer.Typer(
    help="Dead letters: what could not be handled, wherever it lies.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)
Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or how they begin.")]
Queue = Annotated[str | None, typer.Option(help="Only of this queue, such as checks.")]
Reason = Annotated[str | None, typer.Option(help="Only for this reason; * stands for anything.")]
Since = Annotated[str | None, typer.Option(help="Put aside since: 2d (ago), 2026-02-03T10:00Z.")]
Until = Annotated[str | None, typer.Option(help="Put aside before: 1h (ago), or a time.")]
Subject = Annotated[str | None, typer.Option(help="Only of this subject, as model/churn*.")]
Type = Annotated[str | None, typer.Option("--type", help="Only of this type of event.")]
Where = Annotated[
    str | None, typer.Option(help="JMESPath over {letter, message}: \"message.data.x == 'y'\".")
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many of each queue.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.callback()
def deadletters(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how many dead letters there are, by queue.

    Example: driftgate deadletters
    """
    if context.invoked_subcommand is not None:
        return
    from shared.service.dead_letters.letters import SOURCES

    found = _find(_built(), SOURCES, 1000)
    counts = Counter(letter.queue for letter in found.letters)
    rows = {source: counts[source] for source in SOURCES if counts[source]}
    if as_json:
        print_json({"dead_letters": rows, "more": found.more, "problems": found.problems})
        return
    print_counts(console(), rows, found.more)


@app.command("list")
def list_(
    queue: Queue = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    subject: Subject = None,
    type_: Type = None,
    where: Where = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first.

    Example: driftgate deadletters list --queue checks --since 2d
    """
    from shared.service.dead_letters.showing import listed

    application = _built()
    wanted = _wanted(application, queue, reason, since, until, subject, type_, where)
    found, letters = _select(application, [], wanted, limit)
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
    from shared.service.dead_letters.showing import shown

    [letter] = _named(_built(), [identity])
    if as_json:
        print_json({"dead_letter": shown(letter)})
        return
    print_letter(console(), shown(letter))


@app.command()
def edit(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how it begins.")],
    sets: Annotated[list[str] | None, typer.Option("--set", help="path=value, repeatable.")] = None,
    file: Annotated[Path | None, typer.Option(help="The whole body, as a JSON file.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take an edit back.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change what will be sent in place of a letter; the original is kept beside it.

    Example: driftgate deadletters edit 3fa91c0b --set data.version=8

    Exit code 0 kept, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.dead_letters.editing import checked, keep, with_values
    from shared.service.dead_letters.showing import diff

    if sum((bool(sets), file is not None, undo)) != 1:
        raise InvalidData("Say what to change: --set path=value, --file body.json, or --undo.")
    application = _built()
    [letter] = _named(application, [identity])
    if undo:
        keep(letter, None, application.adapters, application.clock())
        changed = ""
    else:
        content = with_values(letter, sets or []) if file is None else _read(file)
        changed = diff(letter.original, checked(letter, content))
        if not as_json:
            console().print(changed or "Nothing differs.", markup=False)
        _ask("Keep this, to be sent in its place?", yes=yes)
        keep(letter, content, application.adapters, application.clock())
    if as_json:
        print_json({"dead_letter": letter.id, "diff": changed})
        return
    done = "Taken back; it goes as it came." if undo else "Kept."
    console().print(f"{done} Send it with: driftgate deadletters resubmit {letter.id} --apply")


@app.command()
def resubmit(
    ids: Ids = None,
    queue: Queue = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    subject: Subject = None,
    type_: Type = None,
    where: Where = None,
    limit: Limit = 100,
    rate: Annotated[float | None, typer.Option(min=0.01, help="At most so many a minute.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is only said.")] = False,
    because: Annotated[str | None, typer.Option(help="Why, for whoever reads it later.")] = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Send letters to their queues once more; without --apply only say what would be sent.

    Stopped in between, the same command goes on: what was sent is not there any more.

    Example: driftgate deadletters resubmit --queue checks --reason Unavailable --apply

    Exit code 0 sent, 2 some were refused, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.dead_letters.resending import plan, resend

    application = _built()
    wanted = _wanted(application, queue, reason, since, until, subject, type_, where)
    _some_named(ids, wanted)
    _, letters = _select(application, ids or [], wanted, limit)
    if apply:
        going: Any = resend(
            letters,
            service=application.service,
            adapters=application.adapters,
            author=author or signed_in(),
            reason=because or "sent again",
            now=application.clock(),
            via="command",
            pause=_pause(rate),
        )
    else:
        going = plan(letters, application.clock(), application.ledger)
    done = []
    for one in going:
        done.append(one.to_json())
        if not as_json:
            print_resent(console(), done[-1])
    decided = _decided(application) if apply else []
    if as_json:
        print_json({"applied": apply, "dead_letters": done, "decisions": decided})
    elif not done:
        console().print(NONE)
    elif not apply:
        console().print(f"Nothing was sent: {len(done)} would be, with --apply.")
    else:
        _print_decided(decided)
    if any(one["outcome"] == "refused" for one in done):
        raise typer.Exit(Ending.NO)


@app.command()
def purge(
    because: Because,
    ids: Ids = None,
    queue: Queue = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    subject: Subject = None,
    type_: Type = None,
    where: Where = None,
    limit: Limit = 100,
    yes: Yes = False,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Throw letters away unsent; who did it and why stands in the audit.

    Example: driftgate deadletters purge --queue alerts/teams --until 30d --because "long over"

    Exit code 0 done, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.dead_letters.removing import purge as throw_away

    application = _built()
    wanted = _wanted(application, queue, reason, since, until, subject, type_, where)
    _some_named(ids, wanted)
    _, letters = _select(application, ids or [], wanted, limit)
    if letters:
        _ask(f"Throw these away for good: {len(letters)} of them?", yes=yes)
    count = throw_away(
        letters,
        service=application.service,
        adapters=application.adapters,
        author=author or signed_in(),
        reason=because,
        now=application.clock(),
        via="command",
    )
    decided = _decided(application)
    if as_json:
        print_json({"purged": [letter.id for letter in letters], "decisions": decided})
        return
    console().print(f"Gone for good: {count}.")
    _print_decided(decided)


def _built() -> "Application":
    from shared.bootstrap import build

    return build()


def _decided(application: "Application") -> list[dict[str, Any]]:
    """Where no host works on the queues, what waits in them is handled here."""
    from shared.cli.sending import decide_waiting

    return decide_waiting(application) if application.settings.azure is None else []


def _print_decided(decided: list[dict[str, Any]]) -> None:
    from shared.cli.terminal.printing import print_decision

    for decision in decided:
        print_decision(console(), decision)


def _find(application: "Application", sources: tuple[str, ...], limit: int) -> "Found":
    """What there is; what could not be looked into is said on standard error."""
    from shared.service.dead_letters.letters import find

    found = find(application.adapters, sources, limit)
    for problem in found.problems:
        sys.stderr.write(f"{problem}\n")
    return found


def _select(
    application: "Application", ids: list[str], wanted: Any, limit: int
) -> "tuple[Found, list[Letter]]":
    from shared.service.dead_letters.letters import MOST, named
    from shared.service.dead_letters.selecting import select

    found = _find(application, wanted.sources, MOST)
    letters = select(named(found, ids) if ids else found.letters, wanted)
    return found, letters if ids else letters[:limit]


def _named(application: "Application", ids: list[str]) -> "list[Letter]":
    from shared.service.dead_letters.letters import MOST, SOURCES, named

    return named(_find(application, SOURCES, MOST), ids)


def _wanted(
    application: "Application",
    queue: str | None,
    reason: str | None,
    since: str | None,
    until: str | None,
    subject: str | None,
    type_: str | None,
    where: str | None,
) -> Any:
    from shared.service.dead_letters.selecting import parse_wanted

    return parse_wanted(
        now=application.clock(),
        queue=queue,
        reason=reason,
        since=since,
        until=until,
        subject=subject,
        type=type_,
        where=where,
    )


def _some_named(ids: list[str] | None, wanted: Any) -> None:
    if not ids and wanted.is_everything:
        raise InvalidData("Say which dead letters are meant: their ids, or a filter as --queue.")


def _pause(rate: float | None) -> Any:
    from time import sleep

    return (lambda: None) if rate is None else (lambda: sleep(60 / rate))


def _ask(question: str, *, yes: bool) -> None:
    """Ask on the terminal; where there is none, say that --yes is missing."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidData("Nothing was done; give --yes where nobody can be asked.")
    if not typer.confirm(question, err=True):
        raise InvalidData("Nothing was done.")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read: {problem.strerror}.") from problem
