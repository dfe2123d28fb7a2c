"""`driftgate promotions` and `driftgate report`: what is on its way, and one of it told whole."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.reach import complete
from shared.cli.reach.place import asked, of_one
from shared.cli.terminal.printing import console, print_json, table

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed

_COLOURS = {"blocked": "red", "failed": "red", "refused": "red", "rolled_back": "red"}


def promotions(
    model: Annotated[
        str | None,
        typer.Argument(help="Only those of this model.", autocompletion=complete.models),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the versions on their way through a stage, open ones first, with what is missing.

    Example: driftgate promotions loan-default

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless
    from shared.domain.canonical import parse_time
    from shared.domain.wording import spell_time
    from shared.service.promotion_story import promotions_of

    found = asked(
        here=lambda application: promotions_of(application.ledger, model),
        there=lambda service: service.rows("promotions", "promotions", *of_one(model)),
    )
    if as_json:
        print_json({"promotions": found})
        return
    screen = console()
    if not found:
        about = f" of {escape(harmless(model))}" if model is not None else ""
        screen.print(f"No promotion{about} is known; one begins when a version is registered.")
        return
    rows = table("Version", "Stage", "Phase", "Since", "Why, and what is missing")
    for one in found:
        colour = _COLOURS.get(one["phase"], "green" if one["phase"] == "done" else "yellow")
        missing = [escape(harmless(thing, 200)) for thing in one["missing"]]
        why = escape(harmless(one["why"], 400))
        rows.add_row(
            escape(harmless(f"{one['model']}:{one['version']}", 80)),
            escape(harmless(one["stage"], 40)),
            f"[{colour}]{one['phase'].replace('_', ' ')}[/]",
            spell_time(parse_time(one["since"])),
            "\n".join([why, *(f"missing: {thing}" for thing in missing)]),
        )
    screen.print(rows)


def report(
    model: Annotated[
        str,
        typer.Argument(help="Name of the registered model.", autocompletion=complete.models),
    ],
    version: Annotated[str, typer.Argument(help="Its version.")],
    stage: Annotated[
        str | None, typer.Option(help="The stage; the last one it came to unless named.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page that stands alone.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write it in Markdown.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Tell one promotion whole: gates, evidence, approvals, traffic, and every decision.

    Without a file it is printed in Markdown.

    Example: driftgate report loan-default 8 --html promotion.html

    Exit code 0 shown, 3 refused (the sentence is on standard error), 1 fault.
    """
    printed = not as_json and html is None and markdown is None
    forms = {
        "json": as_json,
        "html": html is not None,
        "markdown": printed or markdown is not None,
    }
    wanted = [form for form, asked_for in forms.items() if asked_for]
    told = asked(
        here=lambda application: _told_here(application, model, version, stage, wanted),
        there=lambda service: _told_there(service, model, version, stage, wanted),
    )
    if html is not None:
        _write(html, told["html"])
    if markdown is not None:
        _write(markdown, told["markdown"])
    if as_json:
        print_json(told["json"])
    if printed:
        sys.stdout.write(told["markdown"].replace("::", ":&#58;"))


def _told_here(
    application: "Application", model: str, version: str, stage: str | None, wanted: list[str]
) -> dict[str, Any]:
    """One promotion in each form that is wanted."""
    from shared.domain.canonical import to_plain
    from shared.service.promotion_story import story_of

    story = story_of(
        application.ledger, application.evidence, application.policies, model, version, stage
    )
    told: dict[str, Any] = {}
    if "json" in wanted:
        told["json"] = to_plain(story)
    if "html" in wanted:
        from shared.web.promotion.in_html import promotion_report

        told["html"] = promotion_report(story)
    if "markdown" in wanted:
        from shared.web.promotion.in_markdown import promotion_markdown

        told["markdown"] = promotion_markdown(story)
    return told


def _told_there(
    service: "Deployed", model: str, version: str, stage: str | None, wanted: list[str]
) -> dict[str, Any]:
    path = ("promotions", model, version)
    return {
        form: service.get(*path, stage=stage)["promotion"]
        if form == "json"
        else service.page(*path, "report", stage=stage, format=form)
        for form in wanted
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
