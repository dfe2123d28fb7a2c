"""`driftgate gate`: whether a version may go on, for the step of a pipeline that asks."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from shared.cli.printing import coloured, console, print_json, table
from shared.domain.verdict import Verdict, worst
from shared.errors import DriftgateError

if TYPE_CHECKING:
    from shared.domain.finding import Finding
    from shared.domain.policy import Bound

EXIT = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3, Verdict.ERROR: 3}


class LoggingCommands(StrEnum):
    """Whose commands are written beside the table."""

    NONE = "none"
    AZURE_DEVOPS = "azure-devops"
    GITHUB = "github"


def gate(
    model: Annotated[str, typer.Argument(help="Name of the registered model.")],
    version: Annotated[str, typer.Argument(help="Its version.")],
    min_auc: Annotated[float | None, typer.Option(help="Floor of the metric `auc`.")] = None,
    max_latency_ms: Annotated[
        float | None, typer.Option(help="Ceiling of the metric `latency_ms`.")
    ] = None,
    floors: Annotated[
        list[str] | None, typer.Option("--min", help="NAME=NUMBER, a floor; may be repeated.")
    ] = None,
    ceilings: Annotated[
        list[str] | None, typer.Option("--max", help="NAME=NUMBER, a ceiling; may be repeated.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the findings as JUnit XML.")] = None,
    logging_commands: Annotated[
        LoggingCommands, typer.Option(help="Tell the pipeline in its own words.")
    ] = LoggingCommands.NONE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check a version against limits and the gates of its policy.

    Exit codes: 0 passed, 1 failed, 2 wrong usage, 3 inconclusive or an error.

    Example: driftgate gate loan-default 7 --min-auc 0.84 --max-latency-ms 200 --junit gate.xml
    """
    limits = _limits(
        [("auc", min_auc), *map(_limit, floors or [])],
        [("latency_ms", max_latency_ms), *map(_limit, ceilings or [])],
    )
    findings = _check(model, version, limits)
    verdict = worst(finding.verdict for finding in findings if finding.enforced)
    named = f"{model}:{version}"
    if junit is not None:
        from shared.cli.pipelines.junit import to_junit

        junit.write_bytes(to_junit(named, findings))
    if as_json:
        plain = [asdict(finding) for finding in findings]
        print_json({"model": model, "version": version, "verdict": verdict, "findings": plain})
    else:
        _print(named, findings, verdict)
    _tell(logging_commands, named, findings, verdict, sys.stderr if as_json else sys.stdout)
    raise typer.Exit(EXIT[verdict])


def _check(model: str, version: str, limits: "dict[str, Bound]") -> "Sequence[Finding]":
    """The findings; what could not be read is a finding too, so that it stands in the report."""
    from shared.bootstrap import build
    from shared.domain.finding import Finding, Rule
    from shared.service.gating import gate_version

    try:
        application = build()
        workspace, policies = application.workspace, application.policies
        return gate_version(workspace, policies, model, version, limits, application.clock())
    except DriftgateError as problem:
        reason = "unavailable" if problem.retryable else "refused"
        return [
            Finding(
                rule=Rule.READABLE,
                thing=f"model/{model}",
                verdict=Verdict.ERROR,
                reason=reason,
                sentence=str(problem),
            )
        ]


def _limits(
    floors: list[tuple[str, float | None]], ceilings: list[tuple[str, float | None]]
) -> "dict[str, Bound]":
    from shared.domain.policy import Bound

    least: dict[str, float] = {}
    most: dict[str, float] = {}
    for name, limit in floors:
        if limit is not None:
            least[name] = max(limit, least.get(name, limit))
    for name, limit in ceilings:
        if limit is not None:
            most[name] = min(limit, most.get(name, limit))
    for name, limit in [*least.items(), *most.items()]:
        if not isfinite(limit):
            raise typer.BadParameter(f"the limit of {name} is {limit}; give a finite number.")
    return {name: Bound(min=least.get(name), max=most.get(name)) for name in least | most}


def _limit(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    try:
        limit = float(number)
    except ValueError:
        limit = None
    if not name or not equals or limit is None:
        raise typer.BadParameter(f"{text!r} is no limit; write NAME=NUMBER, as in f1=0.8.")
    return name, limit


def _print(named: str, findings: "Sequence[Finding]", verdict: Verdict) -> None:
    from rich.markup import escape

    rows = table("Gate", "Verdict", "What was found")
    for finding in findings:
        told = "" if finding.enforced else " (told only)"
        rows.add_row(
            f"{finding.rule.value} {escape(finding.thing)}",
            coloured(finding.verdict) + told,
            escape(_one_line(finding.sentence)),
        )
    screen = console()
    screen.print(rows)
    screen.print(f"{escape(_one_line(named))}: {coloured(verdict)}")


def _one_line(text: str) -> str:
    """No line of ours begins with what a name says: a pipeline reads commands at line starts."""
    return " ".join(text.split()).replace("##vso[", "##vso [").replace("##[", "## [")


def _tell(
    whose: LoggingCommands,
    named: str,
    findings: "Sequence[Finding]",
    verdict: Verdict,
    stream: TextIO,
) -> None:
    if whose is LoggingCommands.AZURE_DEVOPS:
        from shared.cli.pipelines.azure_devops import to_logging_commands

        lines = to_logging_commands(named, findings, verdict)
    elif whose is LoggingCommands.GITHUB:
        from shared.cli.pipelines.github import to_annotations, to_output, to_summary

        lines = to_annotations(named, findings)
        _append("GITHUB_OUTPUT", to_output(verdict))
        _append("GITHUB_STEP_SUMMARY", to_summary(named, findings, verdict))
    else:
        return
    stream.write("".join(f"{line}\n" for line in lines))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
