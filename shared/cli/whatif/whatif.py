"""`driftgate whatif`: the past decided again under another policy, and what would have differed."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.terminal.ending import Ending, ending_of
from shared.cli.terminal.printing import print_json, spelled_fault
from shared.errors import DriftgateError, Refused


def whatif(
    policy: Annotated[
        list[Path] | None, typer.Option(help="A policy file in place of a model's; repeat.")
    ] = None,
    fleet: Annotated[Path | None, typer.Option(help="A file in place of fleet.yaml.")] = None,
    policies: Annotated[
        Path | None, typer.Option(help="A folder in place of all policies and the fleet's file.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="How far back (30d, 12h), or a time such as 2026-02-03T10:00Z.")
    ] = "30d",
    until: Annotated[
        str | None, typer.Option(help="Up to when; the last decision unless given.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page for people here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Decide a span again under changed policies and show the difference; nothing is written.

    Example: driftgate whatif --policy new.yaml --since 30d --html whatif.html

    Exit code 0 no difference, 2 a difference, 3 refused, 1 fault.
    """
    from shared.bootstrap import build
    from shared.cli.whatif.screen import print_report
    from shared.policies.moments import parse_past
    from shared.service.whatif.asking import changed_by, newest, what_if
    from shared.service.whatif.comparing import Span

    try:
        if policies is not None and (policy or fleet):
            raise Refused("--policies is the whole folder; leave out --policy and --fleet.")
        if not (policies or policy or fleet):
            raise Refused("Nothing is changed; give --policy, --fleet or --policies.")
        changed = changed_by(tuple(policy or ()), fleet, policies)
        application = build()
        last = newest(application.adapters)
        if last is None:
            raise Refused("Nothing has been decided yet, so there is nothing to decide again.")
        end = (
            last + timedelta.resolution
            if until is None
            else parse_past(until, application.clock(), "until")
        )
        span = Span(since=parse_past(since, end, "since"), until=end)
        report = what_if(application.adapters, application.settings, changed, span)
    except (DriftgateError, OSError) as problem:
        sys.stderr.write(f"{spelled_fault(problem)}\n")
        raise typer.Exit(ending_of(problem)) from problem
    if html is not None:
        from shared.web.reports.whatif import whatif_report

        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(whatif_report(report), encoding="utf-8")
    if as_json:
        print_json(report.to_json())
    else:
        print_report(report, html)
    raise typer.Exit(Ending.NO if report.differs else Ending.DONE)
