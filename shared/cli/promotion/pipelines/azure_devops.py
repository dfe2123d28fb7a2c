"""A gate's report as logging commands of Azure DevOps: issues, variables, a summary, the end."""

from pathlib import Path

from shared.domain.verdict import Verdict
from shared.service.advice import advice
from shared.service.gating import GateReport


def to_logging_commands(report: GateReport, summary: Path | None = None) -> list[str]:
    """A line a finding that did not pass, variables for later jobs, the summary, and the end.

    The variables are `driftgateVerdict`, `driftgateMissing` (the gates in the way) and
    `driftgateEvidence` (its hash); none holds anybody's text. A name or tag cannot give a command
    of its own: what would end or begin one is escaped.
    """
    lines = [
        f"##vso[task.logissue type={'error' if finding.enforced else 'warning'}]"
        f"{escaped(f'{report.named}: {finding.sentence} {advice(finding)}'.strip())}"
        for finding in report.findings
        if finding.verdict is not Verdict.PASS
    ]
    lines += [
        _variable("driftgateVerdict", report.verdict.value),
        _variable("driftgateMissing", ",".join(sorted({f.rule.value for f in report.missing}))),
        _variable("driftgateEvidence", report.evidence_hash or ""),
    ]
    if summary is not None:
        lines.append(f"##vso[task.uploadsummary]{escaped(str(summary.resolve()))}")
    if report.verdict is not Verdict.PASS:
        end = f"The gates of {report.named}: {report.verdict.value}"
        lines.append(f"##vso[task.complete result=Failed]{escaped(end)}")
    return lines


def _variable(name: str, value: str) -> str:
    return f"##vso[task.setvariable variable={name};isOutput=true;isReadOnly=true]{value}"


def escaped(text: str) -> str:
    r"""The text of a command: percent first, then what would end its line or begin another.

    >>> escaped("100 %\n##vso[task.complete]")
    '100 %AZP25%0A## vso[task.complete]'
    """
    for character, code in (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(character, code)
    return "".join(sign for sign in text.replace("##vso[", "## vso[") if sign.isprintable())
