"""`driftgate rollout`: the steps by which a version gets its traffic, before and while it does."""

from typing import Annotated, Any

import typer

from shared.cli.reach import complete
from shared.cli.terminal.printing import console, print_json, table

_COLOURS = {"passed": "green", "in force": "bold green", "moved to": "yellow"}


def rollout(
    model: Annotated[
        str,
        typer.Argument(help="Name of the registered model.", autocompletion=complete.models),
    ],
    version: Annotated[
        str | None,
        typer.Argument(help="Its version; default: the one that rolls, else the newest."),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="The stage; default: the first with a rollout.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the plan of a rollout and where it stands; nothing is moved.

    Example: driftgate rollout loan-default 8

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from shared.bootstrap import build
    from shared.service.rollouts import rollout_of

    application = build()
    found = rollout_of(application.adapters, model, version, stage, application.clock())
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(found: dict[str, Any]) -> None:
    from rich.markup import escape

    screen = console()
    standing = found["rollout"]["status"] if found["rollout"] else "no plan"
    if found["phase"] is None:
        standing = "not promoted yet; the plan as it would be now"
    screen.print(
        f"[bold]{escape(found['model'])}:{escape(found['version'])}[/] to {escape(found['stage'])} "
        f"at {escape(found['endpoint'])}, mode {found['mode']}: {standing}"
    )
    for sentence in (found["problem"], found["why"]):
        if sentence:
            screen.print(f"  {escape(sentence)}")
    if found["now"] is not None:
        screen.print(f"  now {escape(_split(found['now']))}")
    plan = found["rollout"]
    if plan is None:
        return
    screen.print(f"  before {escape(_split(plan['before']))}")
    _print_steps(screen, plan)
    if found["mode"] == "plan":
        screen.print("By hand:")
        for step in plan["steps"]:
            screen.print(f"  {escape(step['command'])}")


def _print_steps(screen: Any, plan: dict[str, Any]) -> None:
    """A line a step. Times are those of the plan; a step that is later moves all after it."""
    from datetime import timedelta

    from rich.markup import escape

    from shared.domain.canonical import parse_time
    from shared.domain.wording import spell_duration, spell_time

    rows = table("Step", "Traffic", "Bake", "Not before", "Standing")
    for number, step in enumerate(plan["steps"], 1):
        colour = _COLOURS.get(step["standing"], "white")
        rows.add_row(
            str(number),
            escape(_split(step)),
            spell_duration(timedelta(seconds=step["bake_seconds"])),
            spell_time(parse_time(step["not_before"])),
            f"[{colour}]{step['standing']}[/]",
        )
    screen.print(rows)
    screen.print(f"complete not before {spell_time(parse_time(plan['done_not_before']))}")


def _split(step: dict[str, Any]) -> str:
    shares = ", ".join(f"{name} {share:g} %" for name, share in sorted(step["traffic"].items()))
    mirror = ", ".join(f"{name} {share:g} %" for name, share in sorted(step["mirror"].items()))
    return f"{shares or 'none at all'}{f', mirrored to {mirror}' if mirror else ''}"
