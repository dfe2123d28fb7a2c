"""What is decided and what a host does, one line each: for people in colours, or as JSON."""

import json
import sys
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from shared.cli.terminal.harmless import harmless, harmless_json
from shared.cli.terminal.printing import coloured, console
from shared.service.overview.watching import Row

Show = Callable[[Row], None]
_SEVERITIES = {"critical": "red", "warning": "yellow", "info": "blue"}
_MOST = 400


def showing(*, as_json: bool) -> Show:
    """What shows a row at once, whichever thread has it."""
    lock = Lock()
    show = _json_line if as_json else _person_line()

    def one(row: Row) -> None:
        with lock:
            show(row)
            sys.stdout.flush()

    return one


def _json_line(row: Row) -> None:
    sys.stdout.write(f"{harmless_json(json.dumps(dict(row), ensure_ascii=False))}\n")


def _person_line() -> Show:
    from rich.markup import escape

    screen = console()

    def safe(text: object) -> str:
        return escape(harmless(str(text), _MOST))

    def show(row: Row) -> None:
        at = str(row["at"])[:19].replace("T", " ")
        screen.print(f"[dim]{at}[/] {_words(row, safe)}")

    return show


def _words(row: Mapping[str, Any], safe: Callable[[object], str]) -> str:
    match row["what"]:
        case "decision":
            sentence = "" if row["sentence"] is None else f" {safe(row['sentence'])}"
            head = f"{coloured(row['verdict'])} [bold]{safe(row['type'])}[/]"
            return f"{head} {safe(row['subject'])}{sentence}"
        case "alert" if row["status"] == "resolved":
            return f"  [green]resolved[/] {safe(row['title'])}"
        case "alert":
            colour = _SEVERITIES.get(str(row["severity"]), "white")
            return f"  [{colour}]{safe(row['severity'])}[/] {safe(row['title'])}"
        case "notice":
            by = "" if row["channel"] is None else f" by {safe(row['channel'])}"
            word = "told" if row["status"] == "sent" else "[red]undelivered[/]"
            return f"  [cyan]{word}[/] {safe(row['receiver'])}{by}: {safe(row['title'])}"
        case "request":
            version = "" if row["version"] is None else f":{safe(row['version'])}"
            return f"  [cyan]{safe(row['status'])}[/] {safe(row['model'])}{version}"
        case "fault" | "warning":
            return f"[red]{row['what']}[/] {safe(row['sentence'])}"
        case _:
            return safe(row["sentence"])
