"""What was decided over time, for charts: read from the ledger, and nothing is measured anew.

Each history is a pure reading of a span: so many decisions are looked through at the most, series
are thinned to what a chart can show, and `notes` say what was left out.
"""

from shared.service.history.drift import DriftHistory, drift_history
from shared.service.history.kpis import KpiHistory, kpi_history
from shared.service.history.marks import Link, Mark, MarkKind
from shared.service.history.relations import endpoints_of, models_at
from shared.service.history.spans import MOST_DECISIONS, Span
from shared.service.history.thinning import MOST_POINTS
from shared.service.history.timeline import Timeline, timeline
from shared.service.history.traffic import TrafficHistory, traffic_history

__all__ = [
    "MOST_DECISIONS",
    "MOST_POINTS",
    "DriftHistory",
    "KpiHistory",
    "Link",
    "Mark",
    "MarkKind",
    "Span",
    "Timeline",
    "TrafficHistory",
    "drift_history",
    "endpoints_of",
    "kpi_history",
    "models_at",
    "timeline",
    "traffic_history",
]
