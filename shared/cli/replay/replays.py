"""`driftgate replay --apply`, and `list`, `stop` and `resume` of it: events told again."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, named, signed
from shared.cli.reach import complete
from shared.cli.reach.place import asked
from shared.cli.replay.options import body_of, selection_of
from shared.cli.terminal.asking import ask as ask_first
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.options import Asked
from shared.cli.terminal.printing import console, minute, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from rich.console import Console

    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed
    from shared.service.replaying.asking import Expected

_COLOURS = {"running": "yellow", "stopped": "yellow", "done": "green", "failed": "red"}
_HALTED = {"stopped", "failed"}
_MAY_CAUSE = (
    "They are handled for real, upon the world and the policies as they are now: alerts may begin "
    "and end, people may be told, and retrainings, promotions and changes of traffic may be "
    "carried out."
)
Name = Annotated[
    str,
    typer.Argument(
        help="A replay's name; see driftgate replay list.", autocompletion=complete.replays
    ),
]


def begin(
    selecting: Asked,
    *,
    again: bool,
    name: str | None,
    author: str | None,
    because: str | None,
    rate: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Say what it may cause, ask once more, and have the events told again."""
    if not name or not because:
        raise InvalidData("Give --name and --because: what is told again stands in the records.")

    def here(application: "Application") -> None:
        from shared.service.replaying.asking import ask, expected

        selection = selection_of(application.clock(), selecting)
        found = expected(
            application.archive, application.ledger, selection, application.reread, again=again
        )
        if not found.count:
            if as_json:
                print_json({"replay": None, "decided": found.decided, "refused": found.refused})
            else:
                console().print(f"Nothing is to be told: {_left_out(found)}.")
            return
        if not yes:
            _confirm(f"{_counted(found, name, rate)}\n")
        said = ask(
            application.service,
            application.archive,
            application.ledger,
            name,
            selection,
            again=again,
            rate=rate,
            count=found.count,
            **signed(application, author, because),
        )
        _carry_on(application, name, as_json=as_json, said=said)

    def there(service: "Deployed") -> None:
        if not yes:
            _confirm(f"What is selected is told again as {name}, at most {rate:g} a minute.\n")
        selection = {one: value for one, value in body_of(selecting).items() if one != "of"}
        answer = service.post(
            "replays",
            name=name,
            selection=selection,
            again=again,
            rate=rate,
            **named(author, because),
        )
        _show_queued(answer["replay"], as_json=as_json)

    asked(here=here, there=there)


def replays(
    name: Annotated[
        str | None, typer.Argument(help="Only this one.", autocompletion=complete.replays)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the replays that tell events again: how far each has come, who wants it and why.

    Example: driftgate replay list

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    found = asked(
        here=lambda application: _listed_here(application, name),
        there=lambda service: (
            service.rows("replays", "replays")
            if name is None
            else [service.get("replays", name)["replay"]]
        ),
    )
    if as_json:
        print_json({"replays": found})
        return
    screen = console()
    if not found:
        screen.print("Nothing was ever told again; try: driftgate replay run --help")
    for row in found:
        _print(screen, row)


def _listed_here(application: "Application", name: str | None) -> list[dict[str, Any]]:
    from shared.service.replaying.asking import replay_of
    from shared.service.replaying.asking import replays as listed

    ledger = application.ledger
    return listed(ledger) if name is None else [replay_of(ledger, name)]


def stop_replay(
    name: Name, because: Because, author: Author = None, as_json: AsJson = False
) -> None:
    """Let a replay take no more step; what it has told is handled.

    Example: driftgate replay stop lost-in-may --because "too many pages"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """

    def here(application: "Application") -> dict[str, Any]:
        from shared.service.replaying.asking import replay_of, stop

        who = signed(application, author, because)
        stop(application.service, application.ledger, name, **who)
        if application.settings.azure is None:
            application.worker().drain()
        return replay_of(application.ledger, name)

    def there(service: "Deployed") -> dict[str, Any]:
        answer = service.post("replays", name, "stop", **named(author, because))
        row: dict[str, Any] = answer["replay"]
        return row

    row = asked(here=here, there=there)
    _show(row, as_json=as_json)
    if row["phase"] == "running" and not as_json:
        console().print("[dim]It is kept and queued; it stops as soon as that is decided.[/]")


def resume_replay(
    name: Name, because: Because, author: Author = None, as_json: AsJson = False
) -> None:
    """Let a replay that was stopped, that failed or that hangs go on where it stands.

    Example: driftgate replay resume lost-in-may --because "the pager is quiet again"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """

    def here(application: "Application") -> None:
        from shared.service.replaying.asking import resume

        who = signed(application, author, because)
        said = resume(application.service, application.ledger, name, **who)
        _carry_on(application, name, as_json=as_json, said=said)

    def there(service: "Deployed") -> None:
        answer = service.post("replays", name, "resume", **named(author, because))
        _show_queued(answer["replay"], as_json=as_json)

    asked(here=here, there=there)


def _show_queued(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"asked": said})
    else:
        console().print("It is kept and queued; see how far it comes with: driftgate replay list")


def _carry_on(
    application: "Application", name: str, *, as_json: bool, said: dict[str, Any]
) -> None:
    """Where no host works on the queues, take the steps here, as fast as its rate allows."""
    from shared.service.replaying.asking import replay_of

    if application.settings.azure is not None:
        _show_queued(said, as_json=as_json)
        return
    try:
        _work(application, name)
    except KeyboardInterrupt:
        sys.stderr.write(f"Left alone; go on with: driftgate replay resume {name}\n")
        raise typer.Exit(Ending.INTERRUPTED) from None
    _show(replay_of(application.ledger, name), as_json=as_json)


def _work(application: "Application", name: str) -> None:
    """Handle what is due, and wait for the next step while the replay runs."""
    import time

    from shared.cli.terminal.progress import told
    from shared.service.replaying.asking import replay_of

    worker = application.worker()
    with told(f"replay {name}") as advance:
        while True:
            worker.drain()
            row = replay_of(application.ledger, name)
            if advance is not None and row["expected"]:
                advance(min(1.0, row["told"] / row["expected"]))
            due = application.queue.next_due()
            if row["phase"] != "running" or due is None:
                return
            time.sleep(max(0.0, min(1.0, (due - application.clock()).total_seconds())))


def _confirm(told: str) -> None:
    """Ask on the terminal; where there is none, say that --yes is missing."""
    sys.stderr.write(f"{told}{_MAY_CAUSE}\n")
    ask_first("Tell them?", yes=False)


def _counted(found: "Expected", name: str, rate: float) -> str:
    from shared.domain.wording import spell_count, spell_list

    kinds = spell_list([f"{count} {kind}" for kind, count in sorted(found.told.items())], 20)
    minutes = max(1, round(found.count / rate))
    return (
        f"{spell_count(found.count, 'event')} of {spell_count(found.subjects, 'subject')} "
        f"{'is' if found.count == 1 else 'are'} told again as {name}, in about "
        f"{spell_count(minutes, 'minute')}: {kinds}. {_left_out(found)}."
    )


def _left_out(found: "Expected") -> str:
    """What is left alone, as it stands in a sentence."""
    decided = f"{found.decided} {'is' if found.decided == 1 else 'are'} decided already"
    return f"{decided}, {found.refused} cannot be read"


def _show(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"replay": row})
        return
    _print(console(), row)


def _print(screen: "Console", row: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    safe: Callable[[object], str] = lambda text: escape(harmless(str(text), 500))  # noqa: E731
    phase = row["phase"]
    expected = f" of about {row['expected']}" if row["expected"] is not None else ""
    screen.print(
        f"[{_COLOURS[phase]}]{phase}[/] [bold]{row['replay']}[/] {row['told']}{expected} told, "
        f"{row['skipped']} decided already, {row['refused']} that cannot be read"
    )
    again = ", decided ones too" if row["again"] else ""
    screen.print(f"  {safe(row['text'].rstrip(','))}{again}, {row['rate']:g} a minute")
    screen.print(f"  asked {minute(row['asked'])} by {safe(row['by'])}: {safe(row['because'])}")
    if row["said"] is not None:
        who = "it failed" if row["said_by"] is None else f"says {safe(row['said_by'])}"
        what = f"{phase} {minute(row['changed'])}" if phase in _HALTED else "resumed"
        screen.print(f"  {what}, {who}: {safe(row['said'])}")
    if phase == "running" and row["advanced"] is not None:
        screen.print(f"  last step {minute(row['advanced'])}")
    if phase in _HALTED:
        screen.print(f"  go on with: driftgate replay resume {row['replay']} --because …")
