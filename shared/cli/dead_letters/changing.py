"""`driftgate deadletters edit`, `resubmit` and `purge`: mended, sent again, thrown away."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.dead_letters.finding import Ids, Limit, filtering, meant, meant_there, of_id
from shared.cli.dead_letters.screen import NONE, print_diff, print_resent
from shared.cli.people.saying import AsJson, Author, Because, named, signed
from shared.cli.reach import place
from shared.cli.reach.place import refuse_there
from shared.cli.sending import decided_here
from shared.cli.terminal.asking import ask
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.options import Asked
from shared.cli.terminal.printing import console, print_decisions, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_NO_REASON = "no reason given"
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


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
    from shared.bootstrap import build
    from shared.service.dead_letters.editing import checked, keep, with_values
    from shared.service.dead_letters.showing import diff

    if sum((bool(sets), file is not None, undo)) != 1:
        raise InvalidData("Say what to change: --set path=value, --file body.json, or --undo.")
    application = build()
    letter = of_id(application, identity)
    if undo:
        keep(letter, None, application.adapters, application.clock())
        changed = ""
    else:
        content = with_values(letter, sets or []) if file is None else _read(file)
        changed = diff(letter.original, checked(letter, content))
        if not as_json:
            print_diff(console(), changed)
        ask("Keep this, to be sent in its place?", yes=yes)
        keep(letter, content, application.adapters, application.clock())
    if as_json:
        print_json({"dead_letter": letter.id, "diff": changed})
        return
    done = "Taken back; it goes as it came." if undo else "Kept."
    console().print(f"{done} Send it with: driftgate deadletters resubmit {letter.id} --apply")


@filtering
def resubmit(
    *,
    asked: Asked,
    ids: Ids = None,
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
    done: list[dict[str, Any]] = []

    def tell(one: dict[str, Any]) -> None:
        done.append(one)
        if not as_json:
            print_resent(console(), one)

    def here(application: "Application") -> list[dict[str, Any]]:
        from shared.service.dead_letters.resending import plan, resend

        letters = meant(application, ids, asked, limit)
        if apply:
            going: Any = resend(
                letters,
                service=application.service,
                adapters=application.adapters,
                **signed(application, author, because or _NO_REASON),
                pause=_pause(rate),
            )
        else:
            going = plan(letters, application.clock(), application.ledger)
        for one in going:
            tell(one.to_json())
        return decided_here(application) if apply else []

    def there(service: "Deployed") -> list[dict[str, Any]]:
        refuse_there({"--rate": rate}, "it sends as fast as it can")
        said = meant_there(ids, asked, limit)
        answer = service.post(
            "deadletters", "resubmit", **said, apply=apply, **named(author, because or _NO_REASON)
        )
        for one in answer["dead_letters"]:
            tell(one)
        return []

    decided = place.asked(here=here, there=there)
    if as_json:
        print_json({"applied": apply, "dead_letters": done, "decisions": decided})
    elif not done:
        console().print(NONE)
    elif not apply:
        console().print(f"Nothing was sent: {len(done)} would be, with --apply.")
    else:
        print_decisions(console(), decided)
    if any(one["outcome"] == "refused" for one in done):
        raise typer.Exit(Ending.NO)


@filtering
def purge(
    *,
    asked: Asked,
    because: Because,
    ids: Ids = None,
    limit: Limit = 100,
    yes: Yes = False,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Throw letters away unsent; who did it and why stands in the audit.

    Example: driftgate deadletters purge --queue alerts/teams --until 30d --because "long over"

    Exit code 0 done, 3 refused (the sentence is on standard error), 1 fault.
    """

    def here(application: "Application") -> tuple[list[str], list[dict[str, Any]]]:
        from shared.service.dead_letters.removing import purge as throw_away

        letters = meant(application, ids, asked, limit)
        _confirm(len(letters), yes=yes)
        throw_away(
            letters,
            service=application.service,
            adapters=application.adapters,
            **signed(application, author, because),
        )
        return [letter.id for letter in letters], decided_here(application)

    def there(service: "Deployed") -> tuple[list[str], list[dict[str, Any]]]:
        said, who = meant_there(ids, asked, limit), named(author, because)
        if not yes:
            planned = service.post("deadletters", "resubmit", **said, apply=False, **who)
            found = [letter["id"] for letter in planned["dead_letters"]]
            _confirm(len(found), yes=False)
            if not found:
                return [], []
            said = {"ids": found}
        return service.post("deadletters", "purge", **said, **who)["purged"], []

    gone, decided = place.asked(here=here, there=there)
    if as_json:
        print_json({"purged": gone, "decisions": decided})
        return
    console().print(f"Gone for good: {len(gone)}.")
    print_decisions(console(), decided)


def _confirm(count: int, *, yes: bool) -> None:
    if count:
        ask(f"Throw these away for good: {count} of them?", yes=yes)


def _pause(rate: float | None) -> Any:
    from time import sleep

    return (lambda: None) if rate is None else (lambda: sleep(60 / rate))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read: {problem.strerror}.") from problem
