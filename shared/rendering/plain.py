"""A message as plain text, for the log, for the second half of an e-mail, and to be searched."""

from collections.abc import Iterator

from shared.rendering.content import FIRST, OPEN, SUMMARY, Content, Told
from shared.rendering.escaping import isolated


def plain_text(content: Content) -> str:
    """All of it, in the order of every message, one thing a line."""
    return "\n".join(isolated(line) for line in _lines(content))


def _lines(content: Content) -> Iterator[str]:
    yield content.heading
    yield content.now
    if content.summary is not None:
        yield from ("", f"{SUMMARY}:", content.summary)
    if content.body is not None and not content.body_is_html:
        yield from ("", content.body)
    else:
        for alert in content.alerts:
            yield ""
            yield from _alert(alert, alone=content.alone is not None)
    if content.notes:
        yield ""
        yield from content.notes
    if content.report is not None or content.commands:
        yield ""
    if content.report is not None:
        yield f"{content.open}: {content.report}"
    yield from (f"{command.what}: {command.command}" for command in content.commands)
    yield from ("", content.footer)


def _alert(alert: Told, *, alone: bool) -> Iterator[str]:
    if not alone:
        yield alert.heading
    yield from (f"{name}: {value}" for name, value in alert.facts)
    if alert.text:
        yield alert.text
    if alert.first_step:
        yield f"{FIRST}: {alert.first_step}"
    if alert.report is not None and not alone:
        yield f"{OPEN}: {alert.report}"
