"""Self-contained HTML reports: no external asset, readable in light and dark."""

from pathlib import Path
from typing import Any

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, **values: Any) -> str:
    """One page from a template of `templates/`, everything escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def timeline_report(**values: Any) -> str:
    """What happened over a span of time: entries, alerts, and the drift of each feature."""
    return render("timeline.html.j2", **values)
