"""`driftgate status`, `alerts` and `events`: what is known."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.known.routing_screen import print_routing
from shared.cli.promotion.retrainings import print_retraining
from shared.cli.reach import complete
from shared.cli.reach.place import asked, spell_place
from shared.cli.terminal.printing import (
    coloured,
    console,
    minute,
    print_decision,
    print_json,
    print_promotion,
    print_standing,
    table,
)

if TYPE_CHECKING:
    from rich.console import Console

    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
_MOST_RETRAININGS = 3


def status(
    name: Annotated[
        str | None,
        typer.Argument(help="A model, an endpoint or a subject.", autocompletion=complete.subjects),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show every subject, or one model or endpoint with its last decisions.

    Example: driftgate status loan-default

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    if name is None:
        told = asked(here=_overview_here, there=_overview_there)
        if as_json:
            print_json(told)
        else:
            _print_overview(told["subjects"], told["policy_problems"])
            if told["behind"] is not None:
                console().print(f"[yellow]{told['behind']}[/]")
        return
    found = asked(
        here=lambda application: _one_here(application, name),
        there=lambda service: service.get("status", name),
    )
    if as_json:
        print_json(found)
        return
    screen = console()
    for subject in found["subjects"]:
        screen.print(f"[bold underline]{subject['subject']}[/]")
        _print_firing(screen, subject["alerts"])
        if subject.get("routing") is not None:
            print_routing(screen, subject["routing"])
        for promotion in subject["promotions"]:
            print_promotion(screen, promotion)
        for retraining in subject["retrainings"][:_MOST_RETRAININGS]:
            print_retraining(screen, retraining)
        for version, verdict in subject["versions"].items():
            screen.print(f"  version {version}: gates {coloured(verdict)}")
        for check, time in subject["checks"].items():
            screen.print(f"  {check} last checked at {time}")
        screen.print("Last decisions:")
        for decision in subject["decisions"]:
            print_decision(screen, decision)


def _overview_here(application: "Application") -> dict[str, Any]:
    from shared.service import queries
    from shared.service.backlog import backlog_of

    problems = list(application.policies.problems())
    rows = queries.overview(application.ledger)
    behind = backlog_of(application.ledger, application.adapters.queue, application.clock()).late
    return {"subjects": rows, "policy_problems": problems, "behind": behind}


def _overview_there(service: "Deployed") -> dict[str, Any]:
    health = service.get("health")
    return {
        "subjects": service.rows("subjects", "status"),
        "policy_problems": health["policy_problems"],
        "behind": health["behind"],
    }


def _one_here(application: "Application", name: str) -> dict[str, Any]:
    from shared.service.status import status_of

    return status_of(
        application.ledger, application.evidence, application.policies, name, application.clock()
    )


def _print_firing(screen: "Console", alerts: list[dict[str, Any]]) -> None:
    """The alerts of a subject that fire, below how many of its alerts do."""
    from rich.markup import escape

    firing = [alert for alert in alerts if alert["status"] == "firing"]
    if alerts:
        screen.print(f"Firing: {len(firing)} of {len(alerts)} alerts.")
    for alert in firing:
        title = escape(alert["title"])
        screen.print(f"  [red]{alert['severity']}[/] {title}, since {minute(alert['since'])}")
        print_standing(screen, alert)


def _print_overview(rows: list[dict[str, Any]], problems: list[str]) -> None:
    from rich.markup import escape

    screen = console()
    if not rows:
        screen.print(
            escape(f"Nothing has been decided yet {spell_place()}; ")
            + "try: driftgate send FILE, or driftgate serve --demo."
        )
    else:
        rows_table = table("Subject", "Last verdict", "Last event", "Decided", "Firing")
        for row in rows:
            event = (row["event"] or "").rpartition(".")[2]
            rows_table.add_row(
                row["subject"], coloured(row["verdict"]), event, row["decided"], str(row["firing"])
            )
        screen.print(rows_table)
    for problem in problems:
        screen.print(f"[red]policy[/] {problem}")


def alerts(as_json: AsJson = False) -> None:
    """List every alert, firing ones first.

    Example: driftgate alerts --json

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.service import queries

    found = asked(
        here=lambda application: queries.alerts(application.ledger, application.clock()),
        there=lambda service: service.rows("alerts", "alerts"),
    )
    if as_json:
        print_json({"alerts": found})
        return
    screen = console()
    if not found:
        screen.print(escape(f"No alert was ever raised {spell_place()}."))
    for alert in found:
        colour = "red" if alert["status"] == "firing" else "green"
        screen.print(
            f"[{colour}]{alert['status']}[/] {alert['severity']} [bold]{escape(alert['title'])}[/]"
        )
        for line in alert["text"].splitlines():
            screen.print(f"  {escape(line)}")
        reason = escape(alert["reason"] or "")
        end = f", over {minute(alert['resolved'])}: {reason}" if alert["resolved"] else ""
        screen.print(f"  [dim]since {minute(alert['since'])}{end}; {alert['fingerprint']}[/]")
        print_standing(screen, alert)


def events(
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 100,
) -> None:
    """List what came in, the refused payloads with their sentence.

    Example: driftgate events --limit 20

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.service import queries

    found = asked(
        here=lambda application: queries.events(application.archive, limit),
        there=lambda service: service.rows("events", "events", most=limit),
    )
    if as_json:
        print_json({"events": found})
        return
    screen = console()
    if not found:
        screen.print("Nothing has come in yet.")
    for event in found:
        kind = (event["type"] or "").rpartition(".")[2] or "[red]refused[/]"
        what = escape(event["refusal"] or f"{event['subject']} at {event['time']}")
        screen.print(f"{event['received']} [bold]{kind}[/] {what} [dim]{event['key'][:16]}[/]")
