"""Requests that reach an endpoint, as its traffic log has them: evenly, without any chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TypeVar

from shared.domain.canonical import format_time, parse_time
from shared.scenarios.workspace import WorkspaceFiles

Value = TypeVar("Value")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)
"""Powers of 1/1.22074..., whose multiples fill a cube evenly (Roberts 2018)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """So many requests a minute; shares of them by status code and by how long they take (ms).

    A status that the model's container gave itself is the second of a pair, and is answered 424.
    `statuses_at` are those of requests that reach one deployment, besides.
    """

    a_minute: float
    statuses: tuple[tuple[float, tuple[int, int | None]], ...] = ()
    statuses_at: tuple[tuple[str, tuple[float, tuple[int, int | None]]], ...] = ()
    fastest: float = 40.0
    slowest: float = 60.0
    delayed: tuple[tuple[float, float], ...] = ()


class RequestLog:
    """Writes `requests/<endpoint>.csv` up to the next thing that happens."""

    def __init__(self, files: WorkspaceFiles, begins: datetime) -> None:
        self._files = files
        self._until = begins
        self._flows: dict[str, dict[str | None, Flow]] = {}

    def flow(self, endpoint: str, deployment: str | None) -> Flow | None:
        """What reaches a deployment; None for the deployment means as declared."""
        return self._flows.get(endpoint, {}).get(deployment)

    def set(self, endpoint: str, deployment: str | None, flow: Flow | None) -> None:
        """From now on; the log is there from the first flow on, whether or not it goes on."""
        flows = self._flows.setdefault(endpoint, {})
        if flow is None:
            flows.pop(deployment, None)
        else:
            flows[deployment] = flow

    def extend(self, end: datetime) -> None:
        """Write on until `end` with the shares as they are."""
        start, self._until = self._until, max(self._until, end)
        if start >= end:
            return
        for endpoint, flows in self._flows.items():
            path = self._files.folder / "requests" / f"{endpoint}.csv"
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                path.write_text(
                    "time,deployment,status,duration_ms,model_status\n", encoding="utf-8"
                )
            lines = [
                line
                for deployment, flow in flows.items()
                for line in self._lines(endpoint, deployment, flow, start, end)
            ]
            with path.open("a", encoding="utf-8") as file:
                file.writelines(lines)

    def rewind(self, to: datetime) -> None:
        """Take back what was written ahead of `to`: from then on the shares are others."""
        self._until = min(self._until, to)
        for endpoint in self._flows:
            path = self._files.folder / "requests" / f"{endpoint}.csv"
            if path.exists():
                head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
                kept = [line for line in lines if parse_time(line.partition(",")[0]) < to]
                path.write_text("".join([head, *kept]), encoding="utf-8")

    def _lines(
        self, endpoint: str, deployment: str | None, flow: Flow, start: datetime, end: datetime
    ) -> Iterator[str]:
        shares = self._files.endpoint(endpoint)["traffic"] if deployment is None else {}
        apart = timedelta(minutes=1) / flow.a_minute
        number = ceil((start - _EPOCH) / apart)
        while (time := _EPOCH + number * apart) < end:
            of_share, of_status, of_time = ((number * step) % 1.0 for step in _STEPS)
            to = deployment or _chosen([(s, n) for n, s in shares.items()], of_share, "")
            there = tuple(status for name, status in flow.statuses_at if name == to)
            status, own = _chosen((*flow.statuses, *there), of_status, (200, None))
            took = _chosen(
                flow.delayed, of_time, flow.fastest + of_time * (flow.slowest - flow.fastest)
            )
            yield f"{format_time(time)},{to},{status},{took:.0f},{own or ''}\n"
            number += 1


def _chosen(shares: Sequence[tuple[float, Value]], at: float, rest: Value) -> Value:
    """By shares in per cent, the remainder getting `rest`."""
    for share, value in shares:
        at -= share / 100.0
        if at < 0:
            return value
    return rest
