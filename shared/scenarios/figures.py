"""Business figures as a workspace's files have them: a line an hour, with real noise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from shared.domain.canonical import format_time
from shared.scenarios.workspace import WorkspaceFiles

HOUR = timedelta(hours=1)


class Kind(StrEnum):
    """What a figure is, which decides its noise."""

    SHARE = "share"
    COUNT = "count"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share of `of` cases an hour, a count an hour, or a mean over `of` cases."""

    kind: Kind
    value: float
    of: float = 1.0

    def drawn(self, random: Random) -> tuple[float, float | None]:
        """Value and weight of one hour, as chance has it."""
        if self.kind is Kind.SHARE:
            cases = round(self.of)
            hits = sum(random.random() < self.value for _ in range(cases))
            return float(hits), float(cases)
        if self.kind is Kind.COUNT:
            return float(max(0, round(random.gauss(self.value, self.value**0.5)))), None
        return random.gauss(self.value, 0.2 * abs(self.value) / self.of**0.5), self.of


class FigureLog:
    """Writes `kpis/<model>/<kpi>.csv`, each hour when it is over."""

    def __init__(self, files: WorkspaceFiles) -> None:
        self._files = files
        self._figures: dict[tuple[str, str], Figure | None] = {}
        self._written: dict[tuple[str, str], datetime] = {}

    def set(self, model: str, kpi: str, figure: Figure | None, since: datetime) -> None:
        """From now on; None writes no more. A new figure has a history from `since` on."""
        self._figures[model, kpi] = figure
        if (model, kpi) not in self._written:
            self._written[model, kpi] = since.replace(minute=0, second=0, microsecond=0)
            self._files.write(f"kpis/{model}/{kpi}.csv", "time,value,weight\n")

    def figure(self, model: str, kpi: str) -> Figure | None:
        """What it is for the time being."""
        return self._figures.get((model, kpi))

    def extend(self, now: datetime) -> None:
        """Write every hour that is over."""
        for (model, kpi), figure in self._figures.items():
            time = self._written[model, kpi]
            lines = []
            while time + HOUR <= now:
                if figure is not None:
                    value, weight = figure.drawn(Random(f"{model}/{kpi}/{time}"))  # noqa: S311
                    told = "" if weight is None else f"{weight:g}"
                    lines.append(f"{format_time(time)},{value:.6g},{told}\n")
                time += HOUR
            self._written[model, kpi] = time
            if lines:
                path = self._files.folder / "kpis" / model / f"{kpi}.csv"
                with path.open("a", encoding="utf-8") as file:
                    file.writelines(lines)
