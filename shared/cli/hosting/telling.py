"""What a host decides and does, line by line on the terminal, as it comes."""

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

from shared.cli.hosting.lines import Show
from shared.cli.hosting.watch import Watching, decisions_of
from shared.domain.canonical import format_time
from shared.service.overview.watching import Following

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.hosting.bells import Bell
    from shared.hosting.happening import Happening, Tell
    from shared.ports import Clock

_TOGETHER_SECONDS = 0.2
"""So long it is waited for more before the ledger is asked for what is new."""


def telling(show: Show, clock: "Clock", *, timers: bool) -> "Tell":
    """Shows what happens, by the host's clock; that a timer fired only where it is asked for."""

    def tell(happening: "Happening") -> None:
        if happening.what == "timer" and not timers:
            return
        show(
            {
                "what": happening.what.value,
                "at": format_time(clock()),
                "name": happening.name,
                "sentence": happening.sentence,
            }
        )

    return tell


class Decided:
    """Shows each decision that is made here, and what it told and raised; no quiet look."""

    def __init__(self, application: "Application", show: Show, worked: "Bell") -> None:
        self._watching = Watching(show, everything=False)
        self._following = Following(decisions_of(application))
        self._worked = worked
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="telling", daemon=True)

    def start(self) -> None:
        """Begin with what comes from now on."""
        self._following.news()
        self._thread.start()

    def stop(self) -> None:
        """Show what was decided last, then no more."""
        self._stopping.set()
        self._worked.ring()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        heard = self._worked.rung
        while not self._stopping.is_set():
            heard = self._worked.wait(heard)
            self._stopping.wait(_TOGETHER_SECONDS)
            try:
                self._watching.look(self._following)
            except Exception:  # whatever it is, the service goes on and the next round looks again
                logging.getLogger("driftgate").warning("what is new cannot be read", exc_info=True)


class Warnings(logging.Handler):
    """Shows what is logged as a warning or worse, in one line and without a trace."""

    def __init__(self, show: Show, clock: "Clock") -> None:
        super().__init__(logging.WARNING)
        self._show_row = show
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        """One of them."""
        fault = record.exc_info[1] if record.exc_info else None
        cause = "" if fault is None else f" {type(fault).__name__}: {fault}"
        self._show_row(
            {
                "what": "warning",
                "at": format_time(self._clock()),
                "name": record.name,
                "sentence": f"{record.getMessage()}{cause}",
            }
        )
