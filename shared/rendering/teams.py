"""Teams: one Adaptive Card, by the Workflows app.

What others wrote stands in text runs alone, which no host reads as Markdown; what leads away are
buttons, and to Driftgate's own pages.
"""

import json
from collections.abc import Iterator
from typing import Any

from shared.domain.alert import Severity
from shared.ports import Sending
from shared.rendering.composing import fitting
from shared.rendering.content import FIRST, OPEN, SILENCE, SUMMARY, Content, State, Told
from shared.rendering.escaping import isolated

_MOST_BYTES = 20_000
"""Teams takes 28 KB by its documentation, and 21 KB by what others measured."""

_STYLE = {Severity.CRITICAL: "attention", Severity.WARNING: "warning", Severity.INFO: "accent"}
_Element = dict[str, Any]


def write(sending: Sending) -> dict[str, Any]:
    """The message of type `message` with the card as its attachment, under 20,000 bytes."""
    return fitting(sending, _message, _fits)


def _fits(message: dict[str, Any]) -> bool:
    return len(json.dumps(message).encode()) < _MOST_BYTES


def _message(content: Content) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": isolated(content.heading),
        "msteams": {"width": "Full"},
        "body": list(_body(content)),
        "actions": list(_actions(content)),
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _body(content: Content) -> Iterator[_Element]:
    heading = _text(_run(content.heading, weight="Bolder", size="Medium"))
    now = _text(_run(content.now), spacing="Small")
    yield {
        "type": "Container",
        "style": _style(content),
        "bleed": True,
        "items": [heading, now],
    }
    if content.summary is not None:
        label = _text(_run(SUMMARY, isSubtle=True, size="Small"))
        yield _group([label, _text(_run(content.summary), spacing="Small")])
    if content.body is not None:
        yield _group(list(_paragraphs(content.body)))
    else:
        for number, alert in enumerate(content.alerts):
            yield _alert(alert, alone=content.alone is not None, first=number == 0)
    if content.notes:
        notes = [_text(_run(note, isSubtle=True)) for note in content.notes]
        yield {**_group(notes), "separator": True}
    typed = [
        _text(
            _run(f"{command.what}  ", isSubtle=True, size="Small"),
            _run(command.command, fontType="Monospace", size="Small"),
            spacing="Small",
        )
        for command in content.commands
    ]
    footer = _text(_run(content.footer, isSubtle=True, size="Small"), spacing="Small")
    yield {**_group([*typed, footer]), "separator": True}


def _style(content: Content) -> str:
    if content.state is State.RESOLVED:
        return "good"
    return "emphasis" if content.state is State.ACKNOWLEDGED else _STYLE[content.severity]


def _alert(alert: Told, *, alone: bool, first: bool) -> _Element:
    items: list[_Element] = []
    if not alone:
        items.append(_text(_run(alert.heading, weight="Bolder")))
    items += [
        _text(_run(f"{name}  ", isSubtle=True), _run(value), spacing="None")
        for name, value in alert.facts
    ]
    items += _paragraphs(alert.text)
    if alert.first_step:
        step = _text(_run(f"{FIRST}  ", weight="Bolder"), _run(alert.first_step))
        items.append({"type": "Container", "style": "emphasis", "items": [step]})
    group = _group(items)
    if not (alone or first):
        group["separator"] = True
    if alert.report is not None and not alone:
        group["selectAction"] = _open(OPEN, alert.report)
    return group


def _paragraphs(text: str) -> Iterator[_Element]:
    """A block a line: hosts differ in whether a run may break."""
    spacing = "Default"
    for line in text.split("\n"):
        if line:
            yield _text(_run(line), spacing=spacing)
        spacing = "Small" if line else "Default"


def _actions(content: Content) -> Iterator[_Element]:
    if content.report is not None:
        yield _open(content.open, content.report)
    if content.silence is not None:
        yield _open(SILENCE, content.silence)


def _open(title: str, url: str) -> _Element:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def _group(items: list[_Element]) -> _Element:
    return {"type": "Container", "items": items}


def _text(*runs: _Element, spacing: str = "Default") -> _Element:
    block: _Element = {"type": "RichTextBlock", "inlines": list(runs)}
    return block if spacing == "Default" else {**block, "spacing": spacing}


def _run(text: str, **looks: Any) -> _Element:
    return {"type": "TextRun", "text": isolated(text.replace("\n", " ")), **looks}
