"""Findings as GitHub Actions' annotations, outputs and step summary."""

from collections.abc import Sequence

from shared.domain.finding import Finding
from shared.domain.verdict import Verdict

_KIND = {True: "error", False: "warning"}


def to_annotations(named: str, findings: Sequence[Finding]) -> list[str]:
    """A line a finding that did not pass; a name or tag cannot give a command of its own."""
    return [
        f"::{_KIND[finding.enforced]} title={_property(f'{finding.rule.value} of {named}')}"
        f"::{_data(finding.sentence)}"
        for finding in findings
        if finding.verdict is not Verdict.PASS
    ]


def to_output(verdict: Verdict) -> str:
    """For the file that GITHUB_OUTPUT names."""
    return f"verdict={verdict.value}\n"


def to_summary(named: str, findings: Sequence[Finding], verdict: Verdict) -> str:
    """Markdown for the file that GITHUB_STEP_SUMMARY names."""
    lines = [
        f"### Gates of {_cell(named)}: {verdict.value}",
        "",
        "| gate | verdict | what was found |",
        "| --- | --- | --- |",
        *(
            f"| {finding.rule.value} {_cell(finding.thing)} | "
            f"{finding.verdict.value}{'' if finding.enforced else ' (told only)'} | "
            f"{_cell(finding.sentence)} |"
            for finding in findings
        ),
    ]
    return "\n".join(lines) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """Text in a table of Markdown, with nothing that would be a link, a tag or another cell."""
    plain = " ".join(text.split())
    for character, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;")):
        plain = plain.replace(character, code)
    for character in ("[", "]", "`", "*"):
        plain = plain.replace(character, f"\\{character}")
    return plain
