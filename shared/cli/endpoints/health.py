"""`driftgate health`: how an endpoint's deployments answer now, or what waits in Driftgate."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.reach import complete
from shared.cli.reach.place import asked, here_alone
from shared.cli.terminal.ending import OF_VERDICT
from shared.cli.terminal.printing import coloured, console, print_json, table
from shared.domain.verdict import Verdict

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.service.health_look import HealthReport

_PERCENTILES = ("50", "90", "95", "99")


def health(
    endpoint: Annotated[
        str | None,
        typer.Argument(
            help="Name of an online endpoint; without one it is Driftgate's own health.",
            autocompletion=complete.endpoints,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Look at an endpoint now: errors, latency, load and instances of each deployment.

    Nothing is kept, and nobody is told. Without an endpoint: what waits in Driftgate, and for how
    long.

    Exit code 0 pass, 2 fail, 4 inconclusive, 3 refused, 1 fault.

    Example: driftgate health loan-endpoint
    """
    if endpoint is None:
        found = asked(here=_its_own, there=lambda service: service.get("health"))
        if as_json:
            print_json(found)
        else:
            _print_its_own(found)
        return
    report = _looked(endpoint)
    if as_json:
        print_json(report.to_json())
    else:
        _print(report)
    raise typer.Exit(OF_VERDICT[report.verdict])


def _looked(endpoint: str) -> "HealthReport":
    from shared.service.health_look import look_at_health

    application = here_alone(
        "A look at an endpoint now is not for a service over --url; see what its last look found "
        "with: driftgate status ENDPOINT."
    )
    try:
        return look_at_health(
            application.adapters, application.settings, endpoint, application.clock()
        )
    finally:
        application.adapters.close()


def _its_own(application: "Application") -> dict[str, Any]:
    from shared.service.running import health_of

    return health_of(application.adapters, application.clock())


def _print_its_own(found: dict[str, Any]) -> None:
    from rich.markup import escape

    screen = console()
    screen.print(f"Driftgate is [green]{escape(found['status'])}[/].")
    screen.print(f"In the outbox: {found['outbox']}. Dead letters: {found['dead_letters']}.")
    for queue in found["queues"] or ():
        waited = f"{queue['seconds']:.0f} s"
        screen.print(f"  {escape(queue['queue'])}: {queue['messages']}, the oldest for {waited}")
    if found["behind"] is not None:
        screen.print(f"[yellow]{escape(found['behind'])}[/]")
    for problem in found["policy_problems"]:
        screen.print(f"[red]policy[/] {escape(problem)}")


def _print(report: "HealthReport") -> None:
    from rich.markup import escape

    screen = console()
    columns = ("Deployment", "Share", "Calls", "Errors", "Interval", "429")
    rows = table(*columns, "p50/90/95/99 ms", "CPU", "Memory", "Ready", "Verdict")
    for look in report.looks:
        rows.add_row(*_cells(report.row(look)))
    if report.looks:
        screen.print(f"{escape(report.endpoint)} {report.looks[0].span}")
    screen.print(rows)
    for finding in report.findings:
        if finding.verdict is not Verdict.PASS:
            screen.print(f"{coloured(finding.verdict.value)} {escape(finding.sentence)}")
    if any(look.served is not None and not look.served.exact for look in report.looks):
        screen.print("~ averages of each minute's percentiles: there is no traffic log.")
    screen.print(f"Verdict: {report.verdict.value}")


def _cells(row: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    served, load = row["served"] or {}, row["load"] or {}
    latency = served.get("latency", {})
    about = "" if served.get("exact", True) or not latency else "~"
    return [
        escape(row["deployment"]),
        f"{row['share']:g} %",
        _shown(served.get("requests")),
        *_errors(row, served),
        _shown(served.get("throttled")),
        about + "/".join(f"{latency[p]:.0f}" for p in _PERCENTILES if p in latency) or "-",
        _per_cent(load.get("cpu")),
        _per_cent(load.get("memory")),
        f"{_shown(row['instances_ready'])} of {_shown(row['instances'])}",
        coloured(row["verdict"]),
    ]


def _errors(row: dict[str, Any], served: dict[str, Any]) -> tuple[str, str]:
    """How many with their share, and the interval."""
    from shared.domain.decisions.health import percent

    if row["error_rate"] is None:
        return "-", "-"
    low = percent(row["error_rate_low"]).removesuffix(" %")
    interval = f"{low} to {percent(row['error_rate_high'])}"
    return f"{served['errors']} ({percent(row['error_rate'])})", interval


def _per_cent(level: float | None) -> str:
    return "-" if level is None else f"{level:.0f} %"


def _shown(count: int | None) -> str:
    return "-" if count is None else str(count)
