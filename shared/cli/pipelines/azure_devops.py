"""Findings as logging commands of Azure DevOps: issues on the run, and variables for later jobs."""

from collections.abc import Sequence

from shared.domain.finding import Finding
from shared.domain.verdict import Verdict

VARIABLE = "driftgateVerdict"


def to_logging_commands(named: str, findings: Sequence[Finding], verdict: Verdict) -> list[str]:
    """A line an enforced finding that did not pass, the verdict as a variable, and the end.

    A name or tag cannot give a command of its own: what would end or begin one is escaped.
    """
    lines = [
        f"##vso[task.logissue type={'error' if finding.enforced else 'warning'}]"
        f"{escaped(f'{named}: {finding.sentence}')}"
        for finding in findings
        if finding.verdict is not Verdict.PASS
    ]
    lines.append(
        f"##vso[task.setvariable variable={VARIABLE};isOutput=true;isReadOnly=true]{verdict.value}"
    )
    if verdict is not Verdict.PASS:
        lines.append(
            f"##vso[task.complete result=Failed]{escaped(f'The gates of {named}: {verdict.value}')}"
        )
    return lines


def escaped(text: str) -> str:
    r"""The text of a command: percent first, then what would end its line.

    >>> escaped("100 %\n##vso[task.complete]")
    '100 %AZP25%0A##vso[task.complete]'
    """
    for character, code in (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(character, code)
    return text
