"""A gate's report as GitHub Actions' annotations and outputs."""

from shared.domain.verdict import Verdict
from shared.service.advice import advice
from shared.service.gating import GateReport

_KIND = {True: "error", False: "warning"}


def to_annotations(report: GateReport) -> list[str]:
    """A line a finding that did not pass; a name or tag cannot give a command of its own."""
    return [
        f"::{_KIND[finding.enforced]} "
        f"title={_property(f'{finding.rule.value} of {report.named}')}"
        f"::{_data(f'{finding.sentence} {advice(finding)}'.strip())}"
        for finding in report.findings
        if finding.verdict is not Verdict.PASS
    ]


def to_output(report: GateReport) -> str:
    """For the file that GITHUB_OUTPUT names: verdict, the gates in the way, the evidence's hash."""
    missing = ",".join(sorted({finding.rule.value for finding in report.missing}))
    evidence = report.evidence_hash or ""
    return f"verdict={report.verdict.value}\nmissing={missing}\nevidence={evidence}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
