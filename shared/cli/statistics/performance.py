"""`driftgate performance`: how good a model is, with labels and before they are there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from shared.cli.terminal.ending import OF_VERDICT
from shared.cli.terminal.printing import coloured, console, print_json, table

if TYPE_CHECKING:
    from rich.console import Console

    from shared.statistics.performance import Performance
    from shared.statistics.profile import ScoreProfile


def performance(
    baseline: Annotated[Path, typer.Argument(help="Scores with labels, from when it was good.")],
    predictions: Annotated[Path, typer.Argument(help="Scores of now.")],
    score: Annotated[str, typer.Option(help="The column with the probability.")],
    label: Annotated[str, typer.Option(help="The column with the outcome.")],
    labels: Annotated[Path | None, typer.Option(help="Outcomes of now, by key.")] = None,
    key: Annotated[str, typer.Option(help="The column both have.")] = "id",
    prediction: Annotated[str | None, typer.Option(help="The column with the class.")] = None,
    positive: Annotated[str | None, typer.Option(help="The label the score is of.")] = None,
    limit: Annotated[
        list[str] | None, typer.Option(help="A measure's limit, as auc=0.9; repeat.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Judge a classifier's scores; without labels, estimate what labels will say.

    Example: driftgate performance reference.parquet now.parquet --score p --label repaid

    Exit code 0 pass, 2 fail, 4 inconclusive, 3 refused, 1 fault.
    """
    from shared.profiles.labels import join_labels
    from shared.profiles.scores import score_profile
    from shared.statistics.performance import estimate_without_labels, evaluate

    limits = dict(_limit(text) for text in limit or ()) or None
    base = cast(
        "ScoreProfile",
        score_profile(baseline, score=score, label=label, prediction=prediction, positive=positive),
    )
    window = cast(
        "ScoreProfile",
        score_profile(predictions, score=score, prediction=prediction, like=base),
    )
    found = {"estimated": estimate_without_labels(window, base, limits=limits)}
    if labels is not None:
        joined = join_labels(predictions, labels, key=key, label=label)
        seen = score_profile(joined, score=score, prediction=prediction, like=base)
        found["labelled"] = evaluate(seen, baseline=base, limits=limits)
    verdict = found.get("labelled", found["estimated"]).verdict
    if as_json:
        told = {name: each.to_json() for name, each in found.items()}
        print_json({"verdict": verdict.value, **told})
    else:
        screen = console()
        for name in ("labelled", "estimated"):
            if name in found:
                _print(screen, found[name])
        screen.print(f"Verdict: {coloured(verdict.value)}")
    raise typer.Exit(OF_VERDICT[verdict])


def _limit(text: str) -> tuple[str, float]:
    from shared.errors import InvalidData

    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError as problem:
        raise InvalidData(f"--limit {text} is no limit; write it as auc=0.9.") from problem


def _print(screen: "Console", found: "Performance") -> None:
    from rich.markup import escape

    what = "Estimated without labels" if found.estimated else f"With labels ({found.labelled} of"
    screen.print(f"[bold]{what}{'' if found.estimated else f' {found.rows} rows)'}[/]")
    shown = table("Measure", "Verdict", "Value", "Interval", "Baseline", "n")
    for one in found.metrics:
        known = one.estimate is not None and one.low is not None and one.high is not None
        shown.add_row(
            one.metric.value,
            coloured(one.verdict.value) if one.judged else "",
            f"{one.estimate:.4f}" if known else "",
            f"{one.low:.4f} to {one.high:.4f}" if known else escape(one.sentence),
            f"{one.baseline:.4f}" if one.baseline is not None else "",
            str(one.n),
        )
    screen.print(shown)
    for finding in found.findings:
        screen.print(escape(finding.sentence))
    for caveat in found.caveats:
        screen.print(f"[dim]{escape(caveat)}[/]")
