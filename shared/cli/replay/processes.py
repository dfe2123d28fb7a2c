"""A dry run by several processes: each decides whole subjects, which are told in order."""

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from shared.service.replaying.cursor import Cursor

if TYPE_CHECKING:
    from shared.domain.replay import Selection
    from shared.service.replaying.dry_run import DryRun
    from shared.service.replaying.references import References
    from shared.service.replaying.told import Told
    from shared.settings import Settings

_RUN: "list[DryRun]" = []
"""The run of this process, once it has begun."""


def told_by(
    processes: int, run: "DryRun", settings: "Settings", after: Cursor | None
) -> "Iterator[Told]":
    """What `run.told` tells, in its order; a subject is held in memory while it is told."""
    asked = [
        (subject, after if after is not None and after.subject == subject else None)
        for subject in run.subjects()
        if after is None or run.order(subject) >= run.order(after.subject)
    ]
    pool = ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(settings, run.selection, run.archived),
    )
    try:
        for told in _begun(pool, asked):
            yield from told
    finally:
        pool.shutdown(cancel_futures=True)


def _begun(
    pool: ProcessPoolExecutor, asked: "list[tuple[str, Cursor | None]]"
) -> "Iterator[list[Told]]":
    """All that is asked, handed to the processes, which begin to ignore interrupts from birth."""
    answered = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return pool.map(_of_subject, asked)
    finally:
        signal.signal(signal.SIGINT, answered)


def _begin(settings: "Settings", selection: "Selection", archived: "References | None") -> None:
    """Build what the other process has; an interrupt is its to answer."""
    from shared.bootstrap import build

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = build(settings).dry_run(selection)
    run.archived = archived
    _RUN.append(run)


def _of_subject(asked: tuple[str, Cursor | None]) -> "list[Told]":
    subject, after = asked
    return list(_RUN[-1].of_subject(subject, after))
