"""`driftgate retention`: what is older than is kept, and its removal."""

from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.terminal.printing import console, print_json, table

if TYPE_CHECKING:
    from shared.service.retention import Run

_WORDS = {
    "archive": "payloads as they came in",
    "evidence": "evidence and policies that no decision kept needs",
    "decisions": "what decisions say",
}


def retention(
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove it; without, it is only counted.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Count, or remove, what is older than `retention` in fleet.yaml keeps; a timer does so daily.

    Example: driftgate retention

    Exit code 0 counted or removed, 1 fault.
    """
    from shared.bootstrap import build
    from shared.service.retention import Retention

    application = build()
    if apply:
        run = application.retention()
    else:
        run = Retention(
            service=application.service, adapters=application.adapters, clock=application.clock
        ).plan()
    if as_json:
        from shared.domain.canonical import to_plain

        print_json(
            {
                "applied": apply,
                "before": to_plain(run.before),
                "removed" if apply else "to_remove": run.went,
                "erasures_finished": run.erasures,
                "temporary_profiles": run.temporary,
                "finished": run.finished,
            }
        )
        return
    _show(run, applied=apply)


def _show(run: "Run", *, applied: bool) -> None:
    from shared.domain.wording import spell_count, spell_time

    screen = console()
    rows = table("What", "Kept since", "Removed" if applied else "To remove", "Which is")
    for name, before in run.before.items():
        since = "ever" if before is None else spell_time(before)
        rows.add_row(name, since, str(run.went[name]), _WORDS[name])
    screen.print(rows)
    if run.erasures:
        screen.print(f"Finished: {spell_count(run.erasures, 'erasure')}.")
    if run.temporary:
        told = "Removed" if applied else "To remove"
        kept = "kept to count profiles in parts, a week ago or longer"
        screen.print(f"{told}: {spell_count(run.temporary, 'file')} {kept}.")
    if not run.finished:
        screen.print("[yellow]The time was over; the next run goes on from there.[/]")
    if not applied:
        screen.print("[dim]Nothing was removed; do it with: driftgate retention --apply[/]")
