"""`driftgate replay --apply`, `replays`, `stop-replay` and `resume-replay`: events told again."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.people.saying import AsJson, Author, Because, signed
from shared.cli.terminal.asking import ask as ask_first
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, minute, print_json
from shared.errors import InvalidData

if TYPE_CHECKING:
    from rich.console import Console

    from shared.bootstrap import Application
    from shared.domain.replay import Selection
    from shared.service.replaying.asking import Expected

_COLOURS = {"running": "yellow", "stopped": "yellow", "done": "green", "failed": "red"}
_HALTED = {"stopped", "failed"}
_MAY_CAUSE = (
    "They are handled for real, upon the world and the policies as they are now: alerts may begin "
    "and end, people may be told, and retrainings, promotions and changes of traffic may be "
    "carried out."
)
Name = Annotated[str, typer.Argument(help="A replay's name; see driftgate replays.")]


def begin(
    application: "Application",
    selection: "Selection",
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
    from shared.service.replaying.asking import ask, expected

    if not name or not because:
        raise InvalidData("Give --name and --because: what is told again stands in the records.")
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
        _confirm(found, name, rate)
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


def replays(
    name: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the replays that tell events again: how far each has come, who wants it and why.

    Example: driftgate replays
    """
    from shared.bootstrap import build
    from shared.service.replaying.asking import replay_of
    from shared.service.replaying.asking import replays as listed

    ledger = build().ledger
    found = listed(ledger) if name is None else [replay_of(ledger, name)]
    if as_json:
        print_json({"replays": found})
        return
    screen = console()
    if not found:
        screen.print("Nothing was ever told again; try: driftgate replay --help")
    for row in found:
        _print(screen, row)


def stop_replay(
    name: Name, because: Because, author: Author = None, as_json: AsJson = False
) -> None:
    """Let a replay take no more step; what it has told is handled.

    Example: driftgate stop-replay lost-in-may --because "too many pages"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.replaying.asking import replay_of, stop

    application, _ = _said(stop, name, author, because)
    if application.settings.azure is None:
        application.worker().drain()
    row = replay_of(application.ledger, name)
    _show(row, as_json=as_json)
    if row["phase"] == "running" and not as_json:
        console().print("[dim]It is kept and queued; it stops as soon as that is decided.[/]")


def resume_replay(
    name: Name, because: Because, author: Author = None, as_json: AsJson = False
) -> None:
    """Let a replay that was stopped, that failed or that hangs go on where it stands.

    Example: driftgate resume-replay lost-in-may --because "the pager is quiet again"

    Exit code 0 said, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.service.replaying.asking import resume

    application, said = _said(resume, name, author, because)
    _carry_on(application, name, as_json=as_json, said=said)


def _said(
    what: Callable[..., dict[str, Any]], name: str, author: str | None, because: str
) -> tuple["Application", dict[str, Any]]:
    """Say it of a replay: the application it was said to, and the replay as it was."""
    from shared.bootstrap import build

    application = build()
    who = signed(application, author, because)
    return application, what(application.service, application.ledger, name, **who)


def _carry_on(
    application: "Application", name: str, *, as_json: bool, said: dict[str, Any]
) -> None:
    """Where no host works on the queues, take the steps here, as fast as its rate allows."""
    from shared.service.replaying.asking import replay_of

    if application.settings.azure is not None:
        if as_json:
            print_json({"asked": said})
        else:
            console().print("It is kept and queued; see how far it comes with: driftgate replays")
        return
    try:
        _work(application, name)
    except KeyboardInterrupt:
        sys.stderr.write(f"Left alone; go on with: driftgate resume-replay {name}\n")
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


def _confirm(found: "Expected", name: str, rate: float) -> None:
    """Ask on the terminal; where there is none, say that --yes is missing."""
    from shared.domain.wording import spell_count, spell_list

    kinds = spell_list([f"{count} {kind}" for kind, count in sorted(found.told.items())], 20)
    minutes = max(1, round(found.count / rate))
    sys.stderr.write(
        f"{spell_count(found.count, 'event')} of {spell_count(found.subjects, 'subject')} "
        f"{'is' if found.count == 1 else 'are'} told again as {name}, in about "
        f"{spell_count(minutes, 'minute')}: {kinds}. {_left_out(found)}.\n{_MAY_CAUSE}\n"
    )
    ask_first("Tell them?", yes=False)


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
        screen.print(f"  go on with: driftgate resume-replay {row['replay']} --because …")
