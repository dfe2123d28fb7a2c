"""A gate's report as a Markdown summary, for the page that a pipeline shows of a run."""

from shared.domain.finding import Finding
from shared.domain.measures import spell_counted, spell_found, spell_limit
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.service.advice import advice
from shared.service.gating import GateReport
from shared.service.readings.telling import spell_age
from shared.web.reports.markdown import plain, row


def to_markdown(report: GateReport) -> str:
    """The verdict, a table of the gates with their numbers, and what to do about each."""
    at = f" at the entrance of {plain(report.stage)}" if report.stage else ""
    lines = [
        f"### Gates of {plain(report.named)}{at}: {report.verdict.value}",
        "",
        row("gate", "verdict", "number", "limit", "rests on", "evidence", "what was found"),
        row(*["---"] * 7),
        *(_row(report, finding) for finding in report.findings),
        "",
    ]
    open_ = [(finding, advice(finding)) for finding in report.missing]
    if open_:
        lines += ["What to do:", ""]
        lines += [f"- `{f.rule.value}` {plain(f.thing)}: {told}" for f, told in open_]
        lines.append("")
    if report.skipped:
        lines += [f"Left out by whoever asked: {', '.join(report.skipped)}.", ""]
    if report.evidence_hash is not None:
        lines += [f"Judged {spell_time(report.at)} on evidence `{report.evidence_hash[:16]}`.", ""]
    return "\n".join(lines)


def _row(report: GateReport, finding: Finding) -> str:
    told = "" if finding.enforced or finding.verdict is Verdict.PASS else " (told only)"
    return row(
        f"{finding.rule.value} {plain(finding.thing)}",
        f"{finding.verdict.value}{told}",
        spell_found(finding),
        spell_limit(finding),
        spell_counted(finding),
        spell_age(finding, report.evidence, report.at),
        plain(finding.sentence),
    )
