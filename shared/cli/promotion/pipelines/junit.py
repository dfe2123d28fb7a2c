"""Findings and scenarios as JUnit XML, which most pipelines show as test results."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from shared.domain.verdict import Verdict
from shared.service.advice import advice
from shared.service.gating import GateReport

if TYPE_CHECKING:
    from shared.scenarios import Played

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: GateReport) -> bytes:
    """One test case a finding: a fail is a failure, anything else but a pass an error.

    A finding that is told only is skipped with its sentence: it must not break the build.
    """
    named = report.named
    suite = ElementTree.Element("testsuite", name=_text(f"driftgate gate {named}"))
    counts = {"failures": 0, "errors": 0, "skipped": 0}
    for finding in report.findings:
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
            told = ElementTree.SubElement(case, "failure", type=finding.reason, message=message)
            told.text = _text(f"{finding.sentence}\n{advice(finding)}")
        else:
            counts["errors"] += 1
            told = ElementTree.SubElement(case, "error", type=finding.reason, message=message)
            told.text = _text(f"{finding.sentence}\n{advice(finding)}")
    return _finished(suite, len(report.findings), counts)


def scenarios_to_junit(played: "Sequence[Played]", faults: Sequence[tuple[str, str]]) -> bytes:
    """One test case a scenario; a file that cannot be understood is an error, by its name."""
    suite = ElementTree.Element("testsuite", name="driftgate scenario")
    for one in played:
        case = _scenario(suite, one.scenario.name)
        if one.held:
            ElementTree.SubElement(case, "system-out").text = _text(one.scenario.title)
        else:
            told = "\n".join(failure.spelled() for failure in one.failures)
            message = _text(one.failures[0].sentence)
            ElementTree.SubElement(case, "failure", message=message).text = _text(told)
    for name, sentence in faults:
        case = _scenario(suite, name)
        ElementTree.SubElement(case, "error", message=_text(sentence)).text = _text(sentence)
    failed = sum(not one.held for one in played)
    counts = {"failures": failed, "errors": len(faults), "skipped": 0}
    return _finished(suite, len(played) + len(faults), counts)


def _scenario(suite: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname="driftgate.scenario", name=_text(name), time="0"
    )


def _finished(suite: ElementTree.Element, tests: int, counts: Mapping[str, int]) -> bytes:
    suite.set("tests", str(tests))
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
