"""The rows that runs of one deployment wrote, as profiles in the bins of its first run."""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.decisions.batch.spans import Span
from shared.domain.evidence import BatchOutputs, RunRows
from shared.domain.state import OutputsWatch
from shared.errors import InvalidData
from shared.profiles import baseline, window
from shared.profiles.reading import read_parts
from shared.service.world import World
from shared.statistics import Profile
from shared.statistics.sequential import MOST_OF_ANSWERS, refuse_too_wide

ROWS_TO_BIN = 200
"""A run with fewer rows cannot choose the bins that all later ones are counted in."""


def read_outputs(
    folder: str,
    deployment: str,
    spans: Sequence[Span],
    watch: OutputsWatch | None,
    asset: str,
    exclude: tuple[str, ...],
    world: World,
) -> BatchOutputs:
    """Profile each run, and keep its profile under its name: what a repeat writes is the same.

    Raises NotFound for the asset, NoPermission, Unavailable. A file that cannot be read is told
    with its run; it is tried again while that is the newest.
    """
    names = watch.learnt if watch is not None else ()
    base, learnt = _kept(folder, names, world)
    if base is None:
        names = ()
    runs: list[RunRows] = []
    for position, span in enumerate(spans):
        newest = position == len(spans) - 1 and not span.followed
        told, base = _read(folder, span, base, names, asset, exclude, world, newest=newest)
        names = names or ((span.run.name,) if base is not None else ())
        runs.append(told)
    known = watch.learnt if learnt and watch is not None else ()
    return BatchOutputs(
        deployment=deployment,
        base=None if base is None else base.to_json(),
        names=known,
        learnt=tuple(one.to_json() for one in learnt),
        runs=tuple(runs),
    )


def _kept(
    folder: str, names: tuple[str, ...], world: World
) -> tuple[Profile | None, tuple[Profile, ...]]:
    """The profiles of the learnt runs; none when one of them is gone: they are learnt anew."""
    if not names:
        return None, ()
    kept = [world.profiles.load(f"{folder}/bins/{names[0]}")]
    kept += [world.profiles.load(f"{folder}/rows/{names[0]}/{name}") for name in names]
    found = [Profile.from_json(one) for one in kept if one is not None]
    return (found[0], tuple(found[1:])) if len(found) == len(kept) else (None, ())


def _read(
    folder: str,
    span: Span,
    base: Profile | None,
    names: tuple[str, ...],
    asset: str,
    exclude: tuple[str, ...],
    world: World,
    *,
    newest: bool,
) -> tuple[RunRows, Profile | None]:
    """One run's rows; the first run with enough of them chooses the bins."""
    run = span.run
    end = run.ended or span.end
    told = RunRows(run=run.name, start=run.began or span.start, end=end)
    if span.shared_with is not None:
        problem = (
            f"Run {run.name} and run {span.shared_with} were under way at once; which of them "
            "wrote what cannot be told."
        )
        return replace(told, reason="together", problem=problem), base
    try:
        paths = list(world.workspace.written(asset, span.start, span.end).paths)
        if not paths:
            return _nothing(told, span, asset), base
        if base is None:
            base, names = _bins(folder, run.name, paths, exclude, world), (run.name,)
        if base is None:
            return _small(told, paths), None
        rows = replace(window(paths, base), start=told.start, end=told.end)
    except InvalidData as problem:
        reason = "unreadable" if newest else "given_up"
        sentence = f"What run {run.name} wrote to {asset} cannot be read: {problem}"
        return replace(told, reason=reason, problem=sentence), base
    world.profiles.save(f"{folder}/rows/{names[0]}/{run.name}", rows.to_json())
    return replace(told, rows=rows.rows, profile=rows.to_json()), base


def _nothing(told: RunRows, span: Span, asset: str) -> RunRows:
    if not span.followed:
        return replace(told, rows=0)
    problem = (
        f"Nothing of what run {told.run} wrote to {asset} is left: a later run wrote over it, or "
        "it was deleted."
    )
    return replace(told, reason="written_over", problem=problem)


def _small(told: RunRows, paths: list[str]) -> RunRows:
    rows = sum(part.rows for part in read_parts(paths))
    problem = (
        f"Run {told.run} wrote {rows} rows; {ROWS_TO_BIN} are needed to choose the bins that later "
        "runs are counted in, so nothing is learnt yet."
    )
    return replace(told, rows=rows, reason="too_small", problem=problem)


def _bins(
    folder: str, run: str, paths: list[str], exclude: tuple[str, ...], world: World
) -> Profile | None:
    """The profile whose bins count from now on; None of a run too small to choose them."""
    if sum(part.rows for part in read_parts(paths)) < ROWS_TO_BIN:
        return None
    base = baseline(paths, exclude=exclude)
    refuse_too_wide(base, MOST_OF_ANSWERS)
    world.profiles.save(f"{folder}/bins/{run}", base.to_json())
    return base
