"""How the command speaks: rich for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shared.cli.terminal.harmless import OBEYED, harmless_json
from shared.domain.action_text import action_text
from shared.domain.promotion import Phase

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_TO_BE_APPROVED = frozenset({Phase.WAITING, Phase.BLOCKED, Phase.REQUESTED, Phase.RUNNING})
COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow", "error": "magenta"}


def console() -> "Console":
    """The terminal, wide enough when it is none; no text that is printed is obeyed by it."""
    from rich.console import Console
    from rich.text import Text

    class Screen(Console):
        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(OBEYED.sub("", text), **options)

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    terminal = sys.stdout.isatty()
    return Screen(highlight=False, soft_wrap=not terminal, width=None if terminal else 120)


def spelled_fault(problem: Exception) -> str:
    """What a file could not be read for, without the number that the system has for it."""
    if isinstance(problem, OSError) and problem.strerror and problem.filename is not None:
        return f"{problem.filename} cannot be read: {problem.strerror}."
    return str(problem)


def minute(time: str) -> str:
    """A stored time as people read it."""
    from shared.domain.canonical import parse_time
    from shared.domain.wording import spell_time

    return spell_time(parse_time(time))


def table(*columns: str) -> "Table":
    """A table whose first column is never cut."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        made.add_column(column, no_wrap=index == 0, overflow="fold")
    return made


def print_json(value: object) -> None:
    """One JSON document on standard output; nobody who reads along obeys a text in it."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(f"{harmless_json(text)}\n")


def coloured(verdict: str | None) -> str:
    """A verdict in its colour."""
    word = verdict or "none"
    return f"[{COLOURS.get(word, 'white')}]{word}[/]"


def print_decision(screen: "Console", decision: dict[str, Any]) -> None:
    """One decision: event, verdict, each finding in words, each action with its message id."""
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    def safe(text: str) -> str:
        return escape(harmless(text))

    event = decision["event"]
    kind = event["type"].rpartition(".")[2]
    screen.print(
        f"[bold]{kind}[/] {safe(event['subject'])}  {coloured(decision['verdict'])}"
        f"  [dim]{event['time']}  event {safe(event['id'])}[/]"
    )
    for finding in decision["findings"]:
        told = "" if finding["enforced"] else " [dim](told only)[/]"
        screen.print(
            f"  {coloured(finding['verdict'])}{told} {safe(finding['sentence'])}"
            f" [dim]{finding['reason']}[/]"
        )
    for action in decision["actions"]:
        message = action["message_id"]
        sent = f"message {message[:16]}" if message else "done with the decision"
        screen.print(f"  [cyan]{action['action']}[/] {safe(action_text(action))} [dim]{sent}[/]")


def print_decisions(screen: "Console", decisions: Iterable[dict[str, Any]]) -> None:
    """One after the other."""
    for decision in decisions:
        print_decision(screen, decision)


def print_standing(screen: "Console", alert: dict[str, Any]) -> None:
    """Who has an alert in hand, whom it was told, what holds it back, and what comes next."""
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    parts = (
        [f"in hand of {alert['owner']} until {minute(alert['owned_until'])}"]
        if alert["owner"]
        else []
    )
    parts += [f"{receiver}: held by {by}" for receiver, by in alert["held"].items()]
    parts += [
        f"{receiver}: noticed {minute(at)}"
        for receiver, at in alert["told"].items()
        if receiver not in alert["held"]
    ]
    parts += ["comes and goes"] if alert["flapping"] else []
    parts += [f"next notice {minute(alert['next_notice'])}"] if alert["next_notice"] else []
    if parts:
        screen.print(f"  [yellow]{escape(harmless('; '.join(parts), 1000))}[/]")


def print_promotion(screen: "Console", promotion: dict[str, Any]) -> None:
    """Where a version stands on its way, what is missing, its run, and who approved it."""
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    def safe(value: object, most: int = 400) -> str:
        return escape(harmless(str(value), most))

    approvable = promotion["basis"] and Phase(promotion["phase"]) in _TO_BE_APPROVED
    basis = f", to be approved {promotion['basis'][:12]}" if approvable else ""
    screen.print(
        f"  {safe(promotion['version'], 80)} to {safe(promotion['stage'], 40)}: "
        f"[bold]{promotion['phase']}[/] since {promotion['since']}{basis}: {safe(promotion['why'])}"
    )
    for sentence in promotion["missing"]:
        screen.print(f"    missing: {safe(sentence)}")
    run = promotion["run"]
    if run is not None:
        where = f" {safe(run['address'])}" if run["address"] else ""
        screen.print(f"    run {run['number']} of {safe(run['pipeline'])}{where}")
    for approval in promotion["approvals"]:
        word = "counts" if approval["counts"] else f"does not count: {approval['why']}"
        where = "in Driftgate" if approval["place"] == "driftgate" else "in the pipeline"
        said = f"{safe(approval['by'])} {safe(approval['status'])} {where}"
        screen.print(f"    {said}, {safe(word)}")
