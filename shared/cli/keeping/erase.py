"""`driftgate erase`: what is kept of one subject is taken away, and its chain says so."""

from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.people.saying import AsJson, Author, Because, signed_in
from shared.cli.reach import complete
from shared.cli.terminal.printing import console, print_json
from shared.domain.wording import spell_count, spell_time

if TYPE_CHECKING:
    from shared.service.erasing import Done, Plan


def erase(
    subject: Annotated[
        str,
        typer.Argument(
            help="Whole, such as endpoint/loan-endpoint.", autocompletion=complete.subjects
        ),
    ],
    because: Because,
    author: Author = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Erase it; without, it is only told what would go.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase what is kept of a subject; its chain stays whole and says by whom and why.

    Example: driftgate erase endpoint/loan-endpoint --because "the customer left"

    Exit code 0 told or erased, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.bootstrap import build
    from shared.domain.canonical import to_plain
    from shared.service.erasing import Erasing

    application = build()
    erasing = Erasing.of(application.service, application.adapters, application.clock)
    if apply:
        done = erasing.erase(subject, author=author or signed_in(), reason=because)
    else:
        plan = erasing.plan(subject)
    if as_json:
        print_json({"erased": to_plain(done)} if apply else {"to_erase": to_plain(plan)})
    elif apply:
        _show_done(done)
    else:
        _show_plan(plan)


def _show_plan(plan: "Plan") -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    screen.print(
        f"Of [bold]{escape(harmless(plan.subject, 200))}[/] would go, up to decision "
        f"{plan.up_to}: what {_decisions(plan.decisions)} say, "
        f"{spell_count(plan.payloads, 'payload')}, {_pieces(plan.evidence)} that nothing else "
        "rests on."
    )
    if plan.begun is not None:
        screen.print(f"It would finish the erasure begun {spell_time(plan.begun)}.")
    if plan.firing:
        screen.print(
            f"{spell_count(plan.firing, 'firing alert')} of it would be told as over: erased."
        )
    if plan.promotions:
        screen.print(
            f"[yellow]{spell_count(plan.promotions, 'promotion')} under way would be forgotten; "
            "what was changed in Azure stays as it is.[/]"
        )
    for other, count in plan.elsewhere.items():
        screen.print(f"  also named in {_decisions(count)} of {escape(harmless(other, 200))}")
    screen.print(
        "[dim]What rests on evidence of the last two hours waits for the daily run. Nothing was "
        "erased; do it with --apply. It cannot be undone.[/]"
    )


def _show_done(done: "Done") -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    screen.print(
        f"Erased of [bold]{escape(harmless(done.subject, 200))}[/]: what "
        f"{_decisions(done.decisions)} said, {spell_count(done.payloads, 'payload')}, "
        f"{_pieces(done.evidence)}. "
        f"Decision {done.decision[:16]} says so."
    )
    if done.waiting:
        screen.print(
            f"[yellow]To be erased later: {_decisions(done.waiting)}. The evidence was put less "
            "than two hours ago, and somebody may be deciding from it. The daily run erases it, "
            "or the same command later.[/]"
        )


def _decisions(count: int) -> str:
    return spell_count(count, "decision")


def _pieces(count: int) -> str:
    return f"{count} piece{'' if count == 1 else 's'} of evidence"
