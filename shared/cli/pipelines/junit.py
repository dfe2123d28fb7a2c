"""Findings as JUnit XML, which Azure DevOps, GitHub and most others show as test results."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from shared.domain.finding import Finding
from shared.domain.verdict import Verdict

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(named: str, findings: Sequence[Finding]) -> bytes:
    """One test case a finding: a fail is a failure, anything else but a pass an error.

    A finding that is told only is skipped with its sentence: it must not break the build.
    """
    suite = ElementTree.Element("testsuite", name=_text(f"driftgate gate {named}"))
    counts = {"failures": 0, "errors": 0, "skipped": 0}
    for finding in findings:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_text(f"driftgate.{named}"),
            name=_text(f"{finding.rule.value} {finding.thing}"),
            time="0",
        )
        message = _text(finding.sentence)
        if finding.verdict is Verdict.PASS:
            ElementTree.SubElement(case, "system-out").text = message
            continue
        if not finding.enforced:
            counts["skipped"] += 1
            ElementTree.SubElement(case, "skipped", message=message)
        elif finding.verdict is Verdict.FAIL:
            counts["failures"] += 1
            ElementTree.SubElement(
                case, "failure", type=finding.reason, message=message
            ).text = message
        else:
            counts["errors"] += 1
            ElementTree.SubElement(
                case, "error", type=finding.reason, message=message
            ).text = message
    suite.set("tests", str(len(findings)))
    for name, count in counts.items():
        suite.set(name, str(count))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _text(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
