"""Dead letters on a terminal."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.cli.terminal.printing import minute, table

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {"sent": "green", "would be sent": "yellow", "refused": "red"}
_LONG = 60
NONE = "No dead letter fits; see how many there are with: driftgate deadletters"


def print_counts(screen: "Console", counts: Mapping[str, int], more: Sequence[str]) -> None:
    """How many there are in each place."""
    if not counts:
        screen.print("There are no dead letters.")
        return
    rows = table("queue", "dead letters")
    for queue, count in counts.items():
        rows.add_row(queue, f"{count}{' or more' if queue in more else ''}")
    screen.print(rows)
    screen.print("[dim]See them with: driftgate deadletters list --queue QUEUE[/]")


def print_letters(
    screen: "Console", letters: Sequence[Mapping[str, Any]], more: Sequence[str]
) -> None:
    """Each in two lines: what it is, and why it is there."""
    for letter in letters:
        what = (
            f"{letter['type'] or 'message'} of {_short(letter['subject'] or letter['message_id'])}"
        )
        edited = " [yellow]edited[/]" if letter["edited"] else ""
        screen.print(
            f"[bold]{letter['id']}[/] {letter['queue']} {minute(letter['at'])} "
            f"{_safe(what)}{edited}"
        )
        count = letter["tries"]
        tries = f" after {count} {'try' if count == 1 else 'tries'}" if count else ""
        screen.print(f"  [red]{_safe(letter['reason'])}[/]{tries}: {_safe(letter['sentence'])}")
    if not letters:
        screen.print(NONE)
    for queue in more:
        screen.print(f"[dim]{queue} holds more than were read.[/]")


def print_letter(screen: "Console", letter: Mapping[str, Any]) -> None:
    """One whole."""
    print_letters(screen, [letter], [])
    for name in ("subject", "message_id", "session", "correlation_id", "number", "place"):
        if letter[name] not in {None, ""}:
            screen.print(f"  {name}: {_safe(letter[name])}")
    for name, value in letter["properties"].items():
        screen.print(f"  {_safe(name)} = {_safe(value)}")
    body = json.dumps(letter["message"], indent=2, sort_keys=True, ensure_ascii=False)
    screen.print(body, markup=False, soft_wrap=True)
    if letter.get("diff"):
        print_diff(screen, letter["diff"])


def print_diff(screen: "Console", diff: str) -> None:
    """Lines as they are: the terminal folds them, so that they can be copied."""
    screen.print(diff or "Nothing differs.", markup=False, soft_wrap=True)


def print_resent(screen: "Console", one: Mapping[str, Any]) -> None:
    """What became, or would become, of one letter."""
    outcome = one["outcome"]
    told = f": {_safe(one['sentence'])}" if one["sentence"] else ""
    edited = " (edited)" if one["edited"] else ""
    screen.print(
        f"[{_COLOURS[outcome]}]{outcome}[/] [bold]{one['id']}[/] {one['queue']} "
        f"{_safe(one['message_id'])}{edited}{told}"
    )


def _short(name: str) -> str:
    """The end of a long name tells what it is; `show` and --json have it whole."""
    return name if len(name) <= _LONG else f"…{name[1 - _LONG :]}"


def _safe(text: object) -> str:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    return escape(harmless(str(text), 1000))
