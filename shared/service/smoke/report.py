"""The observations as a page to keep or to hand on."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from shared.domain.canonical import format_time
from shared.service.smoke.observation import Answer, Observation


def to_markdown(observations: Sequence[Observation], since: datetime, now: datetime) -> str:
    """One table a topic; faults are counted on top."""
    faults = sum(one.answer is Answer.FAULT for one in observations)
    open_ones = sum(one.answer is Answer.UNKNOWN for one in observations)
    lines = [
        "# What this workspace does",
        "",
        f"Looked at {format_time(now)}, back to {format_time(since)}: "
        f"{len(observations)} questions, {open_ones} open, {faults} faults.",
        "",
    ]
    for topic, group in groupby(observations, key=lambda one: one.topic):
        lines += [f"## {topic}", "", "| question | answer | what was seen |", "| --- | --- | --- |"]
        for one in group:
            seen = f"{one.saw}. {one.matters}" if one.matters else one.saw
            lines.append(f"| {_cell(one.question)} | {one.answer.value} | {_cell(seen)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Names come from events: no pipe ends a cell, no line ends a row, no tag is one."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return plain.replace("<", "&lt;").replace("`", "\\`").replace("](", "]\\(")
