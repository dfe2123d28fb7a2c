"""An endpoint's routing truth as a table for people."""

from typing import TYPE_CHECKING, Any

from shared.cli.terminal.printing import coloured, table
from shared.domain.canonical import parse_time
from shared.domain.wording import spell_time

if TYPE_CHECKING:
    from rich.console import Console


def print_routing(screen: "Console", routing: dict[str, Any]) -> None:
    """What is deployed, declared, mirrored, observed and intended, and the verdict on each."""
    from rich.markup import escape

    seen = spell_time(parse_time(routing["seen"]))
    if routing["problem"] is not None:
        screen.print(f"[magenta]At {seen}:[/] {escape(routing['problem'])}")
    if "state" not in routing:
        return
    rows = table(
        "Deployment", "State", "Model", "Declared", "Mirrored", "Observed", "Intended", "Verdict"
    )
    for row in routing["deployments"]:
        rows.add_row(
            escape(row["deployment"]),
            escape(row["state"] or "not there"),
            escape(row["model"] or ""),
            f"{row['declared']:g} %",
            f"{row['mirrored']:g} %" if row["mirrored"] else "",
            "not logged" if row["observed"] is None else f"{row['observed']} requests",
            escape("; ".join(_intended(intent) for intent in row["intended"])),
            f"{coloured(row['verdict'])} {', '.join(row['reasons']).replace('_', ' ')}",
        )
    screen.print(rows)
    since = routing["observed_since"]
    counted = f", requests since {spell_time(parse_time(since))}" if since is not None else ""
    screen.print(f"[dim]Endpoint {escape(routing['state'])}, as seen at {seen}{counted}.[/]")


def _intended(intent: dict[str, Any]) -> str:
    since = spell_time(parse_time(intent["since"]))
    start = f"from {since} " if intent["standing"] == "to come" else ""
    until = spell_time(parse_time(intent["until"]))
    return f"{intent['share']:g} % {start}until {until} ({intent['author']})"
