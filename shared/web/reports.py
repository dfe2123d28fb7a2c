"""Self-contained HTML reports: no external asset, readable in light and dark."""

from pathlib import Path
from typing import Any

from shared.statistics import Comparison

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


def drift_report(comparison: Comparison, *, baseline: str, window: str) -> str:
    """The comparison of two data sets: verdicts, numbers, and each column's shares as bars."""
    widest = {
        column.name: max((max(before, after) for _, before, after in column.bars), default=1.0)
        for column in comparison.columns
    }
    return render(
        "drift.html.j2", comparison=comparison, baseline=baseline, window=window, widest=widest
    )


def timeline_report(**values: Any) -> str:
    """What happened over a span of time: entries, alerts, and the drift of each feature."""
    return render("timeline.html.j2", **values)
