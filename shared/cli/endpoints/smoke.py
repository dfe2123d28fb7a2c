"""`driftgate smoke`: what the live workspace really does, written down."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.service.smoke import Observation

_COLOURS = {"yes": "green", "no": "yellow", "unknown": "cyan", "fault": "red"}


def smoke(
    since: Annotated[str, typer.Option(help="How far back to look, such as 14d.")] = "14d",
    report: Annotated[Path | None, typer.Option(help="Write it as Markdown, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Look at the connected workspace and say what it does; nothing is written or sent.

    Exit codes: 0 everything could be read, 1 something could not, 3 refused.

    Example: driftgate smoke --since 7d --report smoke.md
    """
    from shared.bootstrap import build
    from shared.policies.durations import parse_duration
    from shared.service.smoke import Answer, look
    from shared.service.smoke.report import to_markdown

    try:
        back = parse_duration(since)
    except ValueError as problem:
        raise typer.BadParameter(f"{problem}.") from None
    application = build()
    now = application.clock()
    try:
        found = look(application.adapters, now - back, now)
    finally:
        application.adapters.close()
    if report is not None:
        report.write_text(to_markdown(found, now - back, now), encoding="utf-8")
    if as_json:
        print_json(
            {"since": (now - back).isoformat(), "now": now.isoformat(), "found": _all(found)}
        )
    else:
        _print(found)
    if any(one.answer is Answer.FAULT for one in found):
        raise typer.Exit(Ending.FAULT)


def _all(found: "Sequence[Observation]") -> list[dict[str, str]]:
    return [asdict(one) for one in found]


def _print(found: "Sequence[Observation]") -> None:
    from rich.markup import escape

    rows = table("Topic", "Question", "Answer", "What was seen")
    for one in found:
        seen = f"{one.saw}. {one.matters}" if one.matters else one.saw
        rows.add_row(
            one.topic,
            escape(one.question),
            f"[{_COLOURS[one.answer]}]{one.answer.value}[/]",
            escape(" ".join(seen.split())),
        )
    console().print(rows)
