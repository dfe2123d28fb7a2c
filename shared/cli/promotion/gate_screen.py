"""A gate's report on a terminal, and in the log of a pipeline, which reads commands there."""

from shared.cli.terminal.harmless import harmless
from shared.cli.terminal.printing import coloured, console, table
from shared.domain.finding import Finding
from shared.domain.measures import spell_counted, spell_found, spell_limit
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time
from shared.service.advice import advice
from shared.service.gating import GateReport
from shared.service.readings.telling import spell_age


def print_report(report: GateReport) -> None:
    """A row a gate: verdict, number against limit, age of the evidence, what was found, what to do.

    No line begins with what a name says, and none holds a pipeline's command.
    """
    from rich.markup import escape

    rows = table("Gate", "Verdict", "Number", "Evidence", "What was found, and what to do")
    for finding in report.findings:
        first = advice(finding)
        told = f"{escape(harmless(finding.sentence))}" + (
            f"\n[bold]To do:[/] {first}" if first else ""
        )
        rows.add_row(
            f"{finding.rule.value}\n{escape(harmless(finding.thing, 60))}",
            _verdict(finding),
            "\n".join(_numbers(finding)),
            spell_age(finding, report.evidence, report.at),
            told,
        )
    screen = console()
    screen.print(rows)
    if report.skipped:
        screen.print(f"Left out, as asked: {', '.join(report.skipped)}.")
    if report.look_again is not None:
        screen.print(f"Time alone may change it: ask again at {spell_time(report.look_again)}.")
    at = f" at the entrance of {escape(harmless(report.stage))}" if report.stage else ""
    screen.print(f"{escape(harmless(report.named))}{at}: {coloured(report.verdict)}")


def _verdict(finding: Finding) -> str:
    let_pass = (finding.details or {}).get("override") is not None
    if finding.enforced or finding.verdict is Verdict.PASS:
        return coloured(finding.verdict)
    return f"{coloured(finding.verdict)} ({'overridden' if let_pass else 'told only'})"


def _numbers(finding: Finding) -> list[str]:
    limit = spell_limit(finding)
    counted = spell_counted(finding)
    lines = [
        spell_found(finding),
        f"limit {limit}" if limit else "",
        f"n {counted}" if counted else "",
    ]
    return [line for line in lines if line]
