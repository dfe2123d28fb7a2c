"""A window counted by parts: messages, storage, and what counting and adding up take.

Baseline: the same rows counted in one piece, by the same code in the same process. A part is a
table of 120 columns in memory, so that reading files is in neither. CPU seconds of this process.
Usage: python -m benchmarks.parts [--parts N] [--rows N] [--pieces N]
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from benchmarks.merging import CATEGORICAL, NUMERIC, drawn
from shared.domain.action import RequestProfile
from shared.domain.canonical import canonical_json
from shared.domain.collected import CollectedFile
from shared.domain.policy import Engine
from shared.domain.profiling import ProfilingOrder, with_bits
from shared.domain.world import DataFiles
from shared.ports import Adapters, Message
from shared.profiles import baseline
from shared.profiles.pieces import counted_pieces
from shared.service.profiling.counted import pieces_in
from shared.service.profiling.orders import Ordered, keep_order, load_order
from shared.service.profiling.parts import count_part, send_parts
from shared.service.profiling.sums import add_parts
from shared.statistics import Profile

MODEL, START = "loan-default", datetime(2026, 2, 1, tzinfo=UTC)
_DRAWN = 20


class Store:
    """Profiles as text in memory; it counts what is asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.calls: Counter[str] = Counter()

    def save(self, name: str, profile: Mapping[str, Any]) -> None:
        """Keep it."""
        self.calls["write"] += 1
        self.kept[name] = canonical_json(profile)

    def load(self, name: str) -> Mapping[str, Any] | None:
        """Read it back."""
        self.calls["read"] += 1
        content = self.kept.get(name)
        return None if content is None else dict(json.loads(content))

    def walk(self, folder: str, saved_before: datetime) -> Iterator[str]:  # noqa: ARG002
        """Nothing is old."""
        return iter(())

    def remove(self, name: str, saved_before: datetime) -> bool:  # noqa: ARG002
        """Nothing goes."""
        return False


class Window:
    """Tables by their place, each of its own hour."""

    def __init__(self, parts: int, rows: int, hours: float) -> None:
        self.drawn = [pa.table(drawn(rows, seed)) for seed in range(1, _DRAWN + 1)]
        self.length = timedelta(hours=hours) / parts
        self.rows = rows

    def table(self, number: int) -> pa.Table:
        """The rows of one part."""
        first = START + number * self.length
        step = self.length / self.rows
        times = pa.array([first + at * step for at in range(self.rows)])
        return self.drawn[number % _DRAWN].append_column("time", times)

    @contextmanager
    def lend(self, files: Sequence[CollectedFile]) -> Iterator[DataFiles]:
        """As a workspace gives files."""
        tables: Any = tuple(self.table(int(file.place)) for file in files)
        yield DataFiles(paths=tables, time_column="time")


def main() -> None:
    """Print what parts take beside one piece."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parts", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--pieces", type=int, default=8)
    chosen = parser.parse_args()
    hours = 24.0 * chosen.pieces
    base, window = baseline(drawn(20_000, 0)), Window(chosen.parts, chosen.rows, hours)
    cuts = tuple(START + day * timedelta(days=1) for day in range(chosen.pieces + 1))
    order = _order(base, chosen.parts, cuts)
    print(
        f"{chosen.parts} parts of {chosen.rows} rows, {NUMERIC + CATEGORICAL} columns, "
        f"{chosen.pieces} pieces"
    )
    began = time.process_time()
    whole = counted_pieces(_Tables(window, chosen.parts), base, cuts, "time")
    alone = time.process_time() - began
    print(f"one piece: {alone:.1f} s")
    store = Store()
    adapters = cast(Adapters, SimpleNamespace(profiles=store, workspace=window))
    keep_order(store, order, base.to_json())
    ordered = load_order(store, MODEL, order.id)
    messages = _sent(order, chosen.parts, ordered)
    began = time.process_time()
    for number in range(chosen.parts):
        count_part(ordered, number, adapters)
    counted = time.process_time() - began
    sizes = [len(text) for name, text in store.kept.items() if "/part-" in name]
    told = dict(store.calls)
    store.calls.clear()
    slowest, added = 0.0, 0.0
    done: frozenset[int] = frozenset()
    for number in range(chosen.parts):
        done |= {number}
        began = time.process_time()
        found = add_parts(ordered, done, number, store)
        taken = time.process_time() - began
        added, slowest = added + taken, max(slowest, taken)
    if not found.made or not _same(store, order, base, whole):
        raise SystemExit("The parts are not what one piece is.")
    print(f"messages: {messages}, one each; requests of the store: {told} to count")
    print(f"requests of the store to add up: {dict(store.calls)}")
    print(f"counting: {counted:.1f} s, {counted / alone:.2f} x one piece")
    print(
        f"a part: {1000 * counted / chosen.parts:.1f} ms, {sum(sizes) / len(sizes) / 1024:.0f} KiB"
    )
    print(
        f"adding up: {added:.1f} s, {added / alone:.2f} x one piece; the longest step "
        f"{slowest:.2f} s"
    )


def _order(base: Profile, parts: int, cuts: tuple[datetime, ...]) -> ProfilingOrder:
    files = tuple(
        CollectedFile(place=str(number), version="1", bytes=1, time_column="time")
        for number in range(parts)
    )
    return ProfilingOrder(
        model=MODEL,
        version="7",
        baseline_hash=base.baseline_hash,
        engine=Engine.LOCAL,
        cuts=cuts,
        inputs=files,
        part_bytes=1,
    )


def _sent(order: ProfilingOrder, parts: int, ordered: Ordered) -> int:
    request = RequestProfile(
        model=MODEL,
        order=order.id,
        engine=Engine.LOCAL,
        left=with_bits("0", range(parts)),
    )
    taken: list[Message] = []
    sender: Any = SimpleNamespace(send=taken.extend)
    return send_parts(request, ordered, sender, START)


class _Tables(Sequence[Any]):
    """All tables in turn, none of them kept."""

    def __init__(self, window: Window, parts: int) -> None:
        self._window, self._parts = window, parts

    def __len__(self) -> int:
        return self._parts

    def __getitem__(self, at: Any) -> Any:
        if at >= self._parts:
            raise IndexError(at)
        return self._window.table(at)


def _same(store: Store, order: ProfilingOrder, base: Profile, whole: Sequence[Any]) -> bool:
    kept = store.load(f"profiling/{order.id}/made") or {}
    found = pieces_in(kept, "inputs", base, len(whole))
    store.calls["read"] -= 1
    return all(
        piece is not None
        and piece.profile.rows == alone.profile.rows
        and all(
            (column.counts == alone.profile.columns[name].counts).all()
            for name, column in piece.profile.columns.items()
        )
        for piece, alone in zip(found, whole, strict=True)
    )


if __name__ == "__main__":
    main()
