"""Self-contained HTML reports: no external asset, readable in light and dark."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, **values: Any) -> str:
    """One page from a template of `templates/`, everything escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "jinja2.Environment":
    """One for the process, so that a template is compiled once."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def timeline_report(**values: Any) -> str:
    """What happened over a span of time: entries, alerts, and the drift of each feature."""
    return render("timeline.html.j2", **values)
