"""`driftgate erase`: what is kept of one subject is taken away, and its chain says so."""

from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.people.saying import AsJson, Author, Because, signed_in
from shared.cli.terminal.printing import console, print_json

if TYPE_CHECKING:
    from shared.service.erasing import Done, Plan


def erase(
    subject: Annotated[str, typer.Argument(help="Whole, such as endpoint/loan-endpoint.")],
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
    from shared.domain.wording import spell_time

    screen = console()
    screen.print(
        f"Of [bold]{escape(harmless(plan.subject, 200))}[/] would go, up to decision "
        f"{plan.up_to}: what {plan.decisions} decisions say, {plan.payloads} payloads, "
        f"{plan.evidence} pieces of evidence that nothing else rests on."
    )
    if plan.begun is not None:
        screen.print(f"It would finish the erasure begun {spell_time(plan.begun)}.")
    if plan.firing:
        screen.print(f"Its {plan.firing} firing alerts would be told as over, because erased.")
    if plan.promotions:
        screen.print(
            f"[yellow]{plan.promotions} promotions under way would be forgotten; what they changed "
            "in Azure stays as it is.[/]"
        )
    for other, count in plan.elsewhere.items():
        screen.print(f"  also named in {count} decisions of {escape(harmless(other, 200))}")
    screen.print("[dim]Nothing was erased; do it with --apply. It cannot be undone.[/]")


def _show_done(done: "Done") -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    screen.print(
        f"Erased of [bold]{escape(harmless(done.subject, 200))}[/]: what {done.decisions} "
        f"decisions said, {done.payloads} payloads, {done.evidence} pieces of evidence. "
        f"Decision {done.decision[:16]} says so."
    )
    if done.waiting:
        screen.print(
            f"[yellow]{done.waiting} decisions wait: their evidence was put less than two hours "
            "ago, and somebody may be deciding from it. The daily run erases them, or the same "
            "command later.[/]"
        )
