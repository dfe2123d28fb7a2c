"""HTML of messages: templates of the folder beside, everything escaped."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.rendering.content import FIRST, OPEN, SILENCE, SUMMARY, Content, State
from shared.rendering.escaping import as_html

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def page(template: str, content: Content, **values: Any) -> str:
    """A message's HTML; the text of others is escaped, its lines are kept."""
    words = {"first": FIRST, "open": OPEN, "silence": SILENCE, "summary": SUMMARY}
    made = _environment().get_template(template)
    return made.render(content=content, words=words, tone=_tone(content), **values)


def _tone(content: Content) -> str:
    if content.state in {State.RESOLVED, State.ACKNOWLEDGED}:
        return content.state.value
    return content.severity.value


@cache
def _environment() -> "jinja2.Environment":
    """One for the process, so that a template is compiled once."""
    import jinja2
    from markupsafe import Markup

    def lines(text: str) -> Markup:
        return Markup(as_html(text))  # noqa: S704  as_html escapes

    def trusted(text: str) -> Markup:
        return Markup(text)  # noqa: S704  of an operator's template, whose values are escaped

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"lines": lines, "trusted": trusted}
    return environment
