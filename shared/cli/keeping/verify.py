"""`driftgate verify`: are the decisions still what was committed."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.reach import complete
from shared.cli.reach.place import asked, refuse_there
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json, table
from shared.domain.wording import spell_count
from shared.errors import InvalidData, Refused

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed
    from shared.service.verifying import Heads, Verified

_MOST_SHOWN = 50


def verify(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="One subject, such as model/loan-default; else all.",
            autocompletion=complete.subjects,
        ),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Read the evidence and the policies too.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Decide each once more and compare; takes longer.")
    ] = False,
    heads: Annotated[
        Path | None, typer.Option(help="Write where the chains end, to be kept elsewhere.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="A file of heads, which must still be in the chains; `kept`: the newest that "
            "Driftgate kept itself."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hash every decision again and name each that was altered, lost, moved or put in.

    Example: driftgate verify --evidence --heads heads.json

    Exit code 0 intact, 2 broken, 3 refused (the sentence is on standard error), 1 fault.
    """

    def here(application: "Application") -> dict[str, Any]:
        from shared.cli.terminal.progress import told
        from shared.service.verifying import verify as verified

        kept = None if against is None else _heads(application, against)
        with told("Verifying") as progress:
            found = verified(
                application.ledger,
                application.evidence,
                application.clock(),
                subject,
                with_evidence=evidence,
                again=again,
                against=kept,
                progress=progress,
            )
        if heads is not None:
            _write(heads, found.heads)
        return _plain(found)

    def there(service: "Deployed") -> dict[str, Any]:
        refuse_there(
            {"--evidence": evidence, "--again": again, "--heads": heads, "--against": against}
        )
        if subject is None:
            raise Refused("A service verifies one subject at a time; name it, as model/churn.")
        return _of_service(service.get("verify", subject))

    started = perf_counter()
    found = asked(here=here, there=there)
    seconds = perf_counter() - started
    found["seconds"] = round(seconds, 3)
    found["links_per_second"] = round(found["links"] / seconds) if seconds else 0
    if as_json:
        print_json(found)
    else:
        _show(found)
    raise typer.Exit(Ending.DONE if found["intact"] else Ending.NO)


def _heads(application: "Application", against: str) -> "Heads":
    from shared.service.verifying import Heads

    if against == "kept":
        newest = application.adapters.anchors.newest()
        if newest is None:
            raise InvalidData("No heads were kept yet; the daily run of retention keeps them.")
        return Heads.read(newest)
    path = Path(against)
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{path} cannot be read: {problem.strerror}.") from problem
    try:
        return Heads.read(content)
    except InvalidData as problem:
        raise InvalidData(f"{path}: {problem}") from problem


def _write(path: Path, heads: "Heads") -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(heads.content() + b"\n")
    except OSError as problem:
        raise InvalidData(f"{path} cannot be written: {problem.strerror}.") from problem


def _plain(found: "Verified") -> dict[str, Any]:
    return {
        "intact": not found.breaks,
        "subjects": found.subjects,
        "links": found.links,
        "evidence": found.evidence,
        "removed": found.removed,
        "again": found.again,
        "notes": list(found.notes),
        "root": found.heads.root,
        "breaks": [
            {
                "fault": one.fault.value,
                "subject": one.subject,
                "version": one.version,
                "sentence": one.sentence,
            }
            for one in found.breaks
        ],
    }


def _of_service(chain: dict[str, Any]) -> dict[str, Any]:
    """What a service tells of one chain, as it is told here of many."""
    return {
        "intact": chain["intact"],
        "subjects": 1,
        "links": chain["links"],
        "evidence": 0,
        "removed": 0,
        "again": 0,
        "notes": chain["notes"],
        "root": chain["root"],
        "breaks": [
            {
                "fault": one["fault"],
                "subject": chain["subject"],
                "version": one["version"],
                "sentence": one["sentence"],
            }
            for one in chain["breaks"]
        ],
    }


def _show(found: dict[str, Any]) -> None:
    from rich.markup import escape

    from shared.cli.terminal.harmless import harmless

    screen = console()
    breaks = found["breaks"]
    if breaks:
        rows = table("Subject", "Decision", "What", "Which means")
        for one in breaks[:_MOST_SHOWN]:
            rows.add_row(
                escape(harmless(one["subject"], 120)),
                str(one["version"] or ""),
                f"[red]{one['fault'].replace('_', ' ')}[/]",
                escape(harmless(one["sentence"], 400)),
            )
        screen.print(rows)
        if len(breaks) > _MOST_SHOWN:
            screen.print(f"and {len(breaks) - _MOST_SHOWN} more; --json has them all.")
    for note in found["notes"]:
        screen.print(f"[yellow]{escape(harmless(note, 400))}[/]")
    word = "[green]intact[/]" if found["intact"] else f"[red]{len(breaks)} broken[/]"
    pieces = found["evidence"]
    more = [f"{pieces} piece{'' if pieces == 1 else 's'} of evidence"] if pieces else []
    more += [f"{found['removed']} removed by retention"] if found["removed"] else []
    more += [f"{found['again']} decided again"] if found["again"] else []
    also = "".join(f", {one}" for one in more)
    screen.print(
        f"{word}: {spell_count(found['subjects'], 'subject')}, "
        f"{spell_count(found['links'], 'link')}{also} "
        f"in {found['seconds']:.1f} s ({found['links_per_second']:,.0f} links/s)"
    )
    screen.print(f"[dim]root {found['root']}[/]")
