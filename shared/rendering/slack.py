"""Slack: a heading, and rich text, in which no mark, mention or link of others is read."""

import json
from collections.abc import Iterator
from typing import Any

from shared.ports import Sending
from shared.rendering.composing import fitting
from shared.rendering.content import FIRST, OPEN, SILENCE, SUMMARY, Content, Told
from shared.rendering.escaping import literal, mrkdwn
from shared.rendering.shortening import shortened

_HEADER = 150
_TEXT = 3000
_BLOCKS = 50
_MOST = 12_000
"""Characters of all blocks together; Slack refuses longer ones with `msg_blocks_too_long`."""

_Element = dict[str, Any]


def write(sending: Sending) -> dict[str, Any]:
    """`{"text", "blocks"}`; the text is what notifications and old clients show."""
    return fitting(sending, _message, _fits)


def _fits(message: dict[str, Any]) -> bool:
    blocks = message["blocks"]
    return len(blocks) <= _BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) <= _MOST


def _message(content: Content) -> dict[str, Any]:
    return {"text": mrkdwn("\n".join(_shortly(content))), "blocks": list(_blocks(content))}


def _shortly(content: Content) -> Iterator[str]:
    """What a notification shows of it."""
    yield shortened(content.heading, 300)
    yield content.now
    if content.alone is not None:
        yield from (f"{name}: {value}" for name, value in content.alone.facts[:1])
    if content.report is not None:
        yield content.report
    else:
        yield from (command.command for command in content.commands[-1:])


def _blocks(content: Content) -> Iterator[_Element]:
    yield {"type": "header", "text": _plain(literal(content.heading), _HEADER)}
    opening = [_section(_text(content.now))]
    if len(literal(content.heading)) > _HEADER and not content.several:
        opening.insert(0, _section(_text(content.heading, bold=True)))
    if content.summary is not None:
        label, told = _text(f"{SUMMARY}: ", italic=True), _text(content.summary)
        opening.append(_quote(label, told))
    yield _rich(*opening)
    if content.body is not None:
        yield _rich(_section(_text(content.body)))
    else:
        for alert in content.alerts:
            if content.alone is None:
                yield {"type": "divider"}
            yield _rich(*_alert(alert, alone=content.alone is not None))
    yield from _ending(content)


def _alert(alert: Told, *, alone: bool) -> Iterator[_Element]:
    lines: list[_Element] = []
    if not alone:
        lines += [_text(alert.heading, bold=True), _text("\n")]
    for number, (name, value) in enumerate(alert.facts):
        lines += [_text(f"{name} ", bold=True), _text(value)]
        if number + 1 < len(alert.facts):
            lines.append(_text("\n"))
    if alert.report is not None and not alone:
        lines += [_text("\n"), {"type": "link", "url": alert.report, "text": OPEN}]
    yield _section(*lines)
    if alert.text:
        yield _section(_text(f"\n{alert.text}"))
    if alert.first_step:
        yield _quote(_text(f"{FIRST} ", bold=True), _text(alert.first_step))


def _ending(content: Content) -> Iterator[_Element]:
    if content.notes:
        notes = [_plain(literal(note), _TEXT) for note in content.notes]
        yield {"type": "context", "elements": notes}
    if content.report is not None:
        buttons = [_button(content.open, content.report)]
        if content.silence is not None:
            buttons.append(_button(SILENCE, content.silence))
        yield {"type": "actions", "elements": buttons}
    if content.commands:
        lines: list[_Element] = []
        for command in content.commands:
            lines += [_text(f"{command.what} "), _text(command.command, code=True), _text("\n")]
        yield _rich(_section(*lines[:-1]))
    yield {"type": "context", "elements": [_plain(literal(content.footer), _TEXT)]}


def _button(label: str, url: str) -> _Element:
    return {"type": "button", "text": _plain(label, 75), "url": url}


def _plain(text: str, most: int) -> _Element:
    return {"type": "plain_text", "text": shortened(text, most), "emoji": False}


def _rich(*elements: _Element) -> _Element:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: _Element) -> _Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _quote(*elements: _Element) -> _Element:
    return {"type": "rich_text_quote", "elements": list(elements)}


def _text(text: str, **style: bool) -> _Element:
    element: _Element = {"type": "text", "text": text if text == "\n" else literal(text)}
    return {**element, "style": style} if style else element
