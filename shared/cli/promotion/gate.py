"""`driftgate gate`: whether a version may go on, for the step of a pipeline that asks."""

import os
import sys
from dataclasses import asdict
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from shared.cli.promotion.standing import EXIT, look_up
from shared.cli.reach import complete
from shared.cli.reach.place import named_place
from shared.cli.terminal.printing import print_json
from shared.domain.verdict import Verdict
from shared.errors import DriftgateError

if TYPE_CHECKING:
    from shared.domain.policy import Bound
    from shared.service.gating import GateReport


class LoggingCommands(StrEnum):
    """Whose commands are written beside the table."""

    NONE = "none"
    AZURE_DEVOPS = "azure-devops"
    GITHUB = "github"


def gate(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the registered model.", autocompletion=complete.models),
    ] = None,
    version: Annotated[str | None, typer.Argument(help="Its version.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Both in one, as NAME:VERSION, in place of the arguments.")
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="The stage whose entrance it is; the first unless named.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Use this policy, not the stored one."),
    ] = None,
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
    skip: Annotated[
        list[str] | None,
        typer.Option(help="A gate that cannot be asked yet, as the policy calls it; repeat."),
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the findings as JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary in Markdown.")] = None,
    logging_commands: Annotated[
        LoggingCommands, typer.Option(help="Tell the pipeline in its own words.")
    ] = LoggingCommands.NONE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check a version against limits and every gate at the entrance of a stage.

    A service over --url is asked how the version stands there: nothing is judged anew.

    Exit codes: 0 passed, 1 failed, 2 wrong usage, 3 inconclusive or an error.

    Example: driftgate gate --model loan-default:7 --min-auc 0.84 --max-latency-ms 200
    """
    named, of = _version(name, version, model)
    limits = _limits(
        [("auc", min_auc), *map(_limit, floors or [])],
        [("latency_ms", max_latency_ms), *map(_limit, ceilings or [])],
    )
    skipped = _gates(skip or [])
    if named_place() is not None:
        given = {
            "--policy": policy,
            "--min, --min-auc": floors or min_auc is not None,
            "--max, --max-latency-ms": ceilings or max_latency_ms is not None,
            "--skip": skip,
            "--junit": junit,
            "--markdown": markdown,
            "--logging-commands": logging_commands is not LoggingCommands.NONE,
        }
        look_up(named, of, stage, given, as_json=as_json)
    report = _check(named, of, limits, stage, policy, skipped)
    if junit is not None:
        from shared.cli.promotion.pipelines.junit import to_junit

        _write(junit, to_junit(report))
    if markdown is not None:
        from shared.cli.promotion.pipelines.markdown import to_markdown

        _write(markdown, to_markdown(report).encode())
    if as_json:
        print_json(_plain(report))
    else:
        from shared.cli.promotion.gate_screen import print_report

        print_report(report)
    _tell(logging_commands, report, markdown, sys.stderr if as_json else sys.stdout)
    raise typer.Exit(EXIT[report.verdict])


def _version(name: str | None, version: str | None, model: str | None) -> tuple[str, str]:
    if model is not None:
        if name is not None:
            raise typer.BadParameter("give either MODEL VERSION or --model NAME:VERSION, not both.")
        name, _, version = model.removeprefix("azureml:").partition(":")
    if not name or not version:
        raise typer.BadParameter("which version? write MODEL VERSION, or --model NAME:VERSION.")
    return name, version


def _gates(names: list[str]) -> list[str]:
    from shared.domain.decisions.gates.rules import GATES

    known = [rule.name for rule in GATES]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"--skip {name!r} is no gate; they are {', '.join(known)}.")
    return names


def _check(
    model: str,
    version: str,
    limits: "dict[str, Bound]",
    stage: str | None,
    policy: Path | None,
    skip: list[str],
) -> "GateReport":
    """The report; what could not be read is a finding too, so that it stands in each form."""
    from shared.bootstrap import build
    from shared.policies import read_policy
    from shared.service.gating import GateReport, could_not, gate_version
    from shared.service.world import World

    try:
        application = build()
    except DriftgateError as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(EXIT[Verdict.ERROR]) from problem
    now = application.clock()
    try:
        given = None if policy is None else read_policy(policy.read_bytes(), policy.name)
        world = World.of(application.adapters, application.settings)
        return gate_version(
            world, model, version, now, limits=limits, stage=stage, policy=given, skip=skip
        )
    except DriftgateError as problem:
        reason = "unavailable" if problem.retryable else "refused"
        findings = (could_not(model, reason, str(problem)),)
        return GateReport(model=model, version=version, at=now, findings=findings, stage=stage)


def _plain(report: "GateReport") -> dict[str, object]:
    from shared.domain.canonical import to_plain
    from shared.domain.evidence.resting import all_readings
    from shared.service.advice import advice

    readings = () if report.evidence is None else all_readings(report.evidence)
    return {
        "model": report.model,
        "version": report.version,
        "stage": report.stage,
        "verdict": report.verdict,
        "at": to_plain(report.at),
        "look_again": to_plain(report.look_again),
        "missing": sorted({finding.rule.value for finding in report.missing}),
        "skipped": list(report.skipped),
        "evidence": report.evidence_hash,
        "readings": to_plain(readings),
        "findings": [
            {**asdict(finding), "what_to_do": advice(finding)} for finding in report.findings
        ],
    }


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


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _tell(
    whose: LoggingCommands, report: "GateReport", markdown: Path | None, stream: TextIO
) -> None:
    if whose is LoggingCommands.AZURE_DEVOPS:
        from shared.cli.promotion.pipelines.azure_devops import to_logging_commands

        lines = to_logging_commands(report, markdown or _agents_own(report))
    elif whose is LoggingCommands.GITHUB:
        from shared.cli.promotion.pipelines.github import to_annotations, to_output
        from shared.cli.promotion.pipelines.markdown import to_markdown

        lines = to_annotations(report)
        _append("GITHUB_OUTPUT", to_output(report))
        _append("GITHUB_STEP_SUMMARY", to_markdown(report))
    else:
        return
    stream.write("".join(f"{line}\n" for line in lines))


def _agents_own(report: "GateReport") -> Path | None:
    """The summary in the agent's folder for things of one job; None where there is no agent."""
    folder = os.environ.get("AGENT_TEMPDIRECTORY")
    if not folder:
        return None
    from shared.cli.promotion.pipelines.markdown import to_markdown

    path = Path(folder) / "driftgate-gate.md"
    _write(path, to_markdown(report).encode())
    return path


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
