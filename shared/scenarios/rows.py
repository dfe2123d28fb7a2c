"""Rows that a model scores, as Azure's data collector writes them, and rows it was trained on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random

from shared.scenarios.workspace import WorkspaceFiles

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A number that lies about `mean`, give or take `deviation`."""

    name: str
    mean: float
    deviation: float

    def drawn(self, random: Random) -> float:
        """One value."""
        return round(random.gauss(self.mean, self.deviation), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """So many rows an hour, each of one request; outputs only where the model's are collected."""

    an_hour: float
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...] = ()


def draw(columns: Sequence[Column], random: Random) -> dict[str, float]:
    """One row."""
    return {column.name: column.drawn(random) for column in columns}


def table(columns: Sequence[Column], count: int, name: str) -> str:
    """So many rows as CSV, the same for the same name."""
    random = Random(name)  # noqa: S311  data of a play, not a secret
    lines = [",".join(column.name for column in columns)]
    lines += [
        ",".join(f"{value:g}" for value in draw(columns, random).values()) for _ in range(count)
    ]
    return "\n".join(lines) + "\n"


class RowLog:
    """Writes rows as they come: the collector's files hour by hour, or a table's file."""

    def __init__(self, files: WorkspaceFiles, begins: datetime) -> None:
        self._files = files
        self._until = begins
        self._rows: dict[tuple[str, str], Rows] = {}
        self._tables: dict[str, Rows] = {}

    def into(self, table: str) -> Rows | None:
        """What comes into a table for the time being."""
        return self._tables.get(table)

    def set_table(self, table: str, rows: Rows | None) -> None:
        """From now on; None sends no more."""
        if rows is None:
            self._tables.pop(table, None)
        else:
            self._tables[table] = rows

    def rows(self, endpoint: str, deployment: str) -> Rows | None:
        """What is collected of a deployment for the time being."""
        return self._rows.get((endpoint, deployment))

    def set(self, endpoint: str, deployment: str, rows: Rows | None) -> None:
        """From now on; None collects no more."""
        if rows is None:
            self._rows.pop((endpoint, deployment), None)
        else:
            self._rows[endpoint, deployment] = rows

    def extend(self, now: datetime) -> None:
        """Write every row that has come until now."""
        start, self._until = self._until, max(self._until, now)
        for table_name, rows in self._tables.items():
            added = [
                json.dumps({"TimeGenerated": f"{time:%Y-%m-%dT%H:%M:%SZ}", **drawn}) + "\n"
                for time, drawn in _logged(table_name, rows, start, now)
            ]
            self._add(f"tables/{table_name}.jsonl", added)
        for (endpoint, deployment), rows in self._rows.items():
            lines: dict[str, list[str]] = {}
            for number, time in _moments(rows, start, now):
                random = Random(f"{endpoint}/{deployment}/{number}")  # noqa: S311
                known = f"{deployment}-{number}"
                for kind, columns in (
                    ("model_inputs", rows.inputs),
                    ("model_outputs", rows.outputs),
                ):
                    if columns:
                        place = f"inference/{endpoint}/{deployment}/{kind}/{time:%Y/%m/%d/%H}"
                        line = _line(kind, [draw(columns, random)], time, known)
                        lines.setdefault(place, []).append(line)
            for place, added in lines.items():
                self._add(f"{place}/i1.jsonl", added)

    def _add(self, place: str, lines: Sequence[str]) -> None:
        path = self._files.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)


def _moments(rows: Rows, start: datetime, end: datetime) -> Iterator[tuple[int, datetime]]:
    """When rows of [start, end) come, each with its number since 1970."""
    apart = timedelta(hours=1) / rows.an_hour
    number = ceil((start - _EPOCH) / apart)
    while (time := _EPOCH + number * apart) < end:
        yield number, time
        number += 1


def _logged(
    name: str, rows: Rows, start: datetime, end: datetime
) -> Iterator[tuple[datetime, dict[str, float]]]:
    """What a table gets: a row holds what was asked and what was answered."""
    for number, time in _moments(rows, start, end):
        random = Random(f"{name}/{number}")  # noqa: S311  data of a play, not a secret
        yield time, draw((*rows.inputs, *rows.outputs), random)


def _line(kind: str, data: Sequence[Mapping[str, float]], time: datetime, known: str) -> str:
    return (
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"{kind}-{known}",
                "type": f"azureml.inference.{kind}",
                "datacontenttype": "application/json",
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": list(data),
                "correlationid": known,
                "collectdatatype": "pandas.core.frame.DataFrame",
                "agent": "azureml-ai-monitoring/1.0.0",
            }
        )
        + "\n"
    )
