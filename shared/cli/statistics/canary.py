"""`driftgate canary`: judge an experiment against its control, with no Azure at all."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.terminal.ending import OF_VERDICT
from shared.cli.terminal.printing import coloured, console, print_json, table
from shared.domain.verdict import Verdict
from shared.errors import InvalidData

if TYPE_CHECKING:
    import numpy as np

    from shared.statistics.canary import CanaryConfig, CanaryJudgement
    from shared.statistics.canary.effect import Effect
    from shared.statistics.canary.result import MetricJudgement

_WORDS = {"categorical": "text", "datetime": "times"}


def canary(
    control: Annotated[Path, typer.Argument(help="What the baseline recorded.")],
    experiment: Annotated[Path, typer.Argument(help="What the canary recorded.")],
    config: Annotated[Path | None, typer.Option(help="YAML: metrics, groups, ...")] = None,
    look: Annotated[int, typer.Option(help="Which look at the growing data this is.")] = 1,
    looks: Annotated[int, typer.Option(help="How many looks are planned.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Judge a canary from two files (CSV or Parquet), a column a metric.

    Example: driftgate canary samples/canary/control.csv samples/canary/experiment.csv
    --config samples/canary/canary.yaml

    Exit code 0 pass, 2 fail, 4 marginal or inconclusive, 3 refused, 1 fault.
    """
    from shared.statistics import judge

    asked = _config(config)
    sides = _read(control), _read(experiment)
    _check_numbers((control, experiment), sides, asked)
    result = judge(sides[0].metrics, sides[1].metrics, asked, look=look, looks=looks)
    texts = dict.fromkeys([*sides[0].others, *sides[1].others])
    result = replace(result, not_judged=(*result.not_judged, *texts))
    if as_json:
        print_json(result.to_json())
    else:
        _print(result)
    raise typer.Exit(OF_VERDICT[result.verdict])


def _config(file: Path | None) -> "CanaryConfig | None":
    from shared.policies.canary import read_canary

    if file is None:
        return None
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise InvalidData(f"{file} cannot be read; name a YAML file.") from problem
    return read_canary(content, file.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """The columns of one file that are numbers, and the types of those that are not."""

    metrics: "dict[str, np.ndarray[Any, Any]]"
    others: dict[str, str]


def _read(file: Path) -> _Side:
    import numpy as np
    import pyarrow as pa

    from shared.profiles.columns import kind_of
    from shared.profiles.reading import read_parts

    pieces: dict[str, list[np.ndarray[Any, Any]]] = {}
    others: dict[str, str] = {}
    for part in read_parts(file):
        for name in part.names:
            values = part.column(name)
            if kind_of(values) not in {"numeric", "boolean", "null"}:
                others[name] = _WORDS.get(kind_of(values), kind_of(values))
                continue
            if pa.types.is_boolean(values.type):
                values = values.cast(pa.int8())
            numbers = values.cast(pa.float64(), safe=False)
            pieces.setdefault(name, []).append(numbers.to_numpy(zero_copy_only=False))
    metrics = {name: np.concatenate(p) for name, p in pieces.items() if name not in others}
    return _Side(metrics=metrics, others=others)


def _check_numbers(
    files: tuple[Path, Path], sides: tuple[_Side, _Side], asked: "CanaryConfig | None"
) -> None:
    """Refuse a column that is no number where it was asked for, or where the other side's is."""
    configured = asked.metrics if asked is not None else {}
    needed = {*configured, *(metric.exposure for metric in configured.values())}
    for file, side, other in zip(files, sides, reversed(sides), strict=True):
        for name, kind in side.others.items():
            if name in needed or (not configured and name in other.metrics):
                raise InvalidData(f"{file}: {name} holds {kind}, not numbers; correct its values.")


def _print(result: "CanaryJudgement") -> None:
    from rich.markup import escape

    screen = console()
    shown = table(
        "Metric", "Group", "Verdict", "Class", "Effect", "Estimate", "Interval", "Allowed"
    )
    for metric in result.metrics:
        shown.add_row(
            escape(metric.name) + (" *" if metric.critical else ""),
            escape(metric.group),
            _verdict(metric),
            metric.classification.value,
            *_effect_cells(_decisive(metric)),
        )
    screen.print(shown)
    for metric in result.metrics:
        screen.print(f"{_verdict(metric)} {escape(metric.sentence)}")
    for group in result.groups:
        scored = "nothing decided" if group.score is None else f"{group.score:.4g} of 100"
        screen.print(
            f"[dim]Group {escape(group.name)} (weight {group.weight:.4g}): {scored}, "
            f"{group.passed} passed, {group.failed} failed, {group.undecided} undecided.[/]"
        )
    opened = [m.name for m in result.metrics if m.verdict is Verdict.PASS and _guard_open(m)]
    if opened:
        screen.print(
            "[dim]Spread or tails not decided, which does not hold up a pass: "
            f"{escape(', '.join(opened))}.[/]"
        )
    if result.not_judged:
        screen.print(f"[dim]Not judged: {escape(', '.join(result.not_judged))}.[/]")
    if any(metric.critical for metric in result.metrics):
        screen.print("[dim]* critical: its failure fails the canary.[/]")
    looks = "" if result.looks == 1 else f", over all {result.looks} looks (this is {result.look})"
    held = f"{100.0 * result.confidence:.4g} %{looks}"
    screen.print(f"[dim]All intervals of a metric hold together with {held}.[/]")
    screen.print(f"Verdict: {coloured(result.verdict.value)} ({escape(result.sentence[:-1])}).")


def _verdict(metric: "MetricJudgement") -> str:
    return "[dim]muted[/]" if metric.muted else coloured(metric.verdict.value)


def _decisive(metric: "MetricJudgement") -> "Effect | None":
    """The effect the sentence tells of: the first of the metric's verdict, else the location."""
    from shared.statistics.canary.result import MetricReason

    if metric.reason is MetricReason.MOSTLY_ONE_VALUE:
        return metric.effects[0]
    same = (effect for effect in metric.effects if effect.verdict is metric.verdict)
    return next(same, metric.effects[0] if metric.effects else None)


def _guard_open(metric: "MetricJudgement") -> bool:
    from shared.statistics.canary.config import MetricKind

    return metric.kind is MetricKind.SAMPLES and any(
        effect.verdict is Verdict.INCONCLUSIVE for effect in metric.effects[1:]
    )


def _effect_cells(effect: "Effect | None") -> tuple[str, str, str, str]:
    from shared.domain.wording import spell_number

    if effect is None:
        return "", "", "", ""
    limits = [spell_number(limit) for limit in (effect.floor, effect.ceiling) if limit is not None]
    return (
        effect.aspect.value.replace("_", " "),
        spell_number(effect.estimate),
        f"{spell_number(effect.low)} to {spell_number(effect.high)}",
        " to ".join(limits),
    )
