"""The demo's customers: they go on to call the endpoint while its clock goes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from shared.domain.canonical import format_time, parse_time

_EVERY = timedelta(seconds=6)
_KEPT = timedelta(days=1)
_HEADER = "time,deployment,status,duration_ms"
_DEPLOYMENT = "green"


class Customers:
    """Call ten times a minute, as in the story, and write down what was answered.

    They called meanwhile where the clock went on and nobody wrote: at most a day of it is kept.
    """

    def __init__(self, home: Path, clock: Callable[[], datetime], began: datetime) -> None:
        self._path = home / "workspace" / "requests" / "loan-endpoint.csv"
        self._clock = clock
        self._began = began
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="customers", daemon=True)

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self) -> None:
        """Call no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def call(self) -> None:
        """All calls until now; of the file, what is older than a day goes."""
        now = self._clock()
        kept = self._kept(now)
        last = parse_time(kept[-1].partition(",")[0]) if kept else self._began
        at = max(last, self._began, now - _KEPT) + _EVERY
        made = []
        while at <= now:
            made.append(_answer(at))
            at += _EVERY
        if made:
            draft = self._path.with_suffix(".part")
            draft.write_text("\n".join([_HEADER, *kept, *made]) + "\n", encoding="utf-8")
            draft.replace(self._path)

    def _kept(self, now: datetime) -> list[str]:
        if not self._path.is_file():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return []
        oldest = format_time(now - _KEPT)
        lines = self._path.read_text(encoding="utf-8").splitlines()[1:]
        return [line for line in lines if line >= oldest]

    def _run(self) -> None:
        while True:
            self.call()
            if self._stopping.wait(_EVERY.total_seconds()):
                return


def _answer(at: datetime) -> str:
    """Green answers within 40 ms."""
    number = int(at.timestamp()) // int(_EVERY.total_seconds())
    return f"{format_time(at)},{_DEPLOYMENT},200,{30 + number % 10}"
