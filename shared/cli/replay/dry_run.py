"""Runs a dry run of a replay on the screen, until it is enough or somebody stops it."""

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from shared.cli.replay.screen import AS_BEFORE, Screen
from shared.cli.terminal.ending import Ending
from shared.cli.terminal.printing import console, print_json
from shared.cli.terminal.progress import told
from shared.errors import InvalidData
from shared.service.replaying.told import Came

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.bootstrap import Application
    from shared.cli.reach.deployed import Deployed
    from shared.domain.replay import Selection
    from shared.service.replaying.cursor import Cursor
    from shared.service.replaying.dry_run import DryRun
    from shared.service.replaying.told import Told

_PAGE = 200


def run_dry(
    application: "Application",
    selection: "Selection",
    *,
    now: bool,
    after: str | None,
    limit: int | None,
    processes: int,
    show_all: bool,
    as_json: bool,
) -> None:
    """Tell of each selected event, until it is enough or somebody stops it."""
    from shared.service.replaying.cursor import Cursor

    if now and processes > 1:
        raise InvalidData("--processes is for --evidence recorded; leave one of them out.")
    behind = None if after is None else Cursor.read(after)
    run = application.dry_run(selection, now=now)

    def rows() -> "Iterator[dict[str, Any]]":
        with _bar(run) as advance:
            for one in _told(application, run, behind, processes):
                yield one.to_json()
                advance(one)

    tell(rows(), after=after, limit=limit, show_all=show_all, as_json=as_json)


def rows_of_service(
    service: "Deployed", selection: dict[str, object], after: str | None, limit: int | None
) -> "Iterator[dict[str, Any]]":
    """What a service tells of each selected event, page by page; at most one more than `limit`."""
    left = None if limit is None else limit + 1
    while True:
        size = _PAGE if left is None else min(_PAGE, left)
        page = service.post("replays", "dry-run", **selection, after=after, limit=size)
        yield from page["events"]
        after = page.get("next")
        left = None if left is None else left - len(page["events"])
        if after is None or left == 0:
            return


def tell(
    rows: "Iterator[dict[str, Any]]",
    *,
    after: str | None,
    limit: int | None,
    show_all: bool,
    as_json: bool,
) -> None:
    """Show each row and their sum. Where it does not end by itself, it ends with a cursor."""
    screen = Screen(console(), quiet=as_json, show_all=show_all)
    kept: list[dict[str, Any]] = []
    counts: Counter[Came] = Counter()
    cursor, stopped = after, False
    try:
        for one in rows:
            if counts.total() == limit:
                break
            counts[Came(one["came"])] += 1
            screen.show(one)
            if as_json:
                kept.append(one)
            cursor = one["cursor"]
        else:
            cursor = None
    except KeyboardInterrupt:
        stopped = True
    if as_json:
        sums = {came.value: count for came, count in counts.items()}
        print_json({"events": kept, "counts": sums, "cursor": cursor})
    if counts or not stopped:
        screen.sum_up(counts, cursor)
    if stopped:
        above = "what is above is whole" if counts else "nothing was told yet"
        sys.stderr.write(f"Interrupted; {above}.\n")
        raise typer.Exit(Ending.INTERRUPTED)
    if set(counts) - AS_BEFORE:
        raise typer.Exit(Ending.NO)


def _told(
    application: "Application", run: "DryRun", behind: "Cursor | None", processes: int
) -> "Iterator[Told]":
    if processes == 1:
        return run.told(behind)
    from shared.cli.replay.processes import told_by

    return told_by(processes, run, application.settings, behind)


@contextmanager
def _bar(run: "DryRun") -> "Iterator[Callable[[Told], None]]":
    """Shows how far it is, on a terminal: of a chain by the version, else by what is told."""
    with told("dry run") as show:
        if show is None:
            yield lambda _: None
            return
        before: dict[str, int] = {}
        whole = 0
        for subject in run.subjects():
            before[subject] = whole
            whole += run.size(subject)
        count = 0

        def advance(one: "Told") -> None:
            nonlocal count
            count += 1
            done = before[one.subject] + (one.version or 0) if run.of_chains else count
            show(done / max(1, whole))

        yield advance
