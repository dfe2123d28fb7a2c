"""KPIs wherever their policies say they are: tables are read here, all else by the workspace."""

from collections.abc import Sequence

from shared.domain.policy import KpiPolicy, TableSource
from shared.domain.world import SeriesAnswer, SeriesQuestion
from shared.errors import DriftgateError
from shared.ports import Workspace


def ask_kpis(
    model: str, kpis: Sequence[KpiPolicy], questions: Sequence[SeriesQuestion], workspace: Workspace
) -> list[SeriesAnswer]:
    """The answer to each KPI's question in their order, the workspace asked in one call.

    One that cannot be read says so in its place. Raises Unavailable.
    """
    asked = [at for at, kpi in enumerate(kpis) if kpi.table is None]
    told = workspace.kpis(model, [questions[at] for at in asked]) if asked else []
    answers = dict(zip(asked, told, strict=True))
    for at, kpi in enumerate(kpis):
        if kpi.table is not None:
            answers[at] = _table(questions[at], kpi.table, workspace)
    return [answers[at] for at in range(len(kpis))]


def _table(asked: SeriesQuestion, table: TableSource, workspace: Workspace) -> SeriesAnswer:
    """A table that cannot be read spoils no other KPI; the next look tries again."""
    from shared.profiles.series import read_series

    try:
        files = workspace.data(table.data)
        points = read_series(files.paths, table, asked.kind, asked.start, asked.end)
    except DriftgateError as problem:
        return SeriesAnswer(problem=f"The KPI {asked.name} cannot be read: {problem}")
    return SeriesAnswer(points=points)
