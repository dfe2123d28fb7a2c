"""One process that does all: the HTTP server, the consumers of the queues, and the timers."""

from contextlib import suppress
from socket import socket
from threading import Thread
from typing import TYPE_CHECKING

from shared.access_settings import Access
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import DriftgateError, Refused
from shared.home_clock import HomeClock
from shared.hosting.bells import Bell, Bells, Listened
from shared.hosting.consuming import Consuming
from shared.hosting.happening import Happening, Tell, What
from shared.hosting.routes import app
from shared.hosting.server import Server
from shared.hosting.timers import Timers
from shared.learning import learned
from shared.schedules import schedules

if TYPE_CHECKING:
    from shared.bootstrap import Application
    from shared.settings import Settings

SETTLING_SECONDS = 30.0
"""What is in hand when it stops gets so long; a look at much data takes seconds."""


def refuse_what_cannot_be_hosted(settings: "Settings") -> None:
    """Raises Refused where another host is meant, or one that knows its callers."""
    if settings.azure is not None:
        raise Refused(
            "DRIFTGATE_ADAPTERS is azure, where the Functions host serves, consumes and fires; "
            "deploy it, or start it here with: func start."
        )
    if settings.access.mode is Access.KEY:
        raise Refused(
            "DRIFTGATE_ACCESS is key, but no Functions host stands here to ask for the key; unset "
            "it to answer to this machine alone."
        )
    if settings.access.fault is not None:
        raise Refused(settings.access.fault)


def warm(application: "Application") -> None:
    """Read what the first page of a large fleet would wait for: a thousand policies take seconds.

    Where they cannot be read now, whoever asks for them is told.
    """
    with suppress(DriftgateError):
        application.policies.all()


class Host:
    """Works from `start` to `stop`; `listened` was put around the application's adapters.

    In a home with a clock of its own, that goes while it works.
    """

    def __init__(
        self, application: "Application", listened: Listened, listening: socket, tell: Tell
    ) -> None:
        self.application = application
        self._tell = tell
        self._clock = application.clock if isinstance(application.clock, HomeClock) else None
        workers = application.workers()
        listened.bells = Bells(workers)
        settings = application.settings
        self._consuming = Consuming(
            workers, listened.bells, application.queue, application.clock, tell
        )
        self.timers = Timers(
            schedules({}) if settings.schedules is None else settings.schedules,
            settings.home,
            application.clock,
            application.fire,
            tell,
        )
        self._server = Server(app(application), listening)
        self.ended = self._server.ended

    @property
    def worked(self) -> Bell:
        """Rings when messages were handled."""
        return self._consuming.worked

    def start(self) -> None:
        """Begin with what lies there and what was missed; `ended` is set where HTTP fails."""
        if self._clock is not None:
            self._clock.go_on()
        for kind in (SubjectState, Policy, Fleet):
            learned(kind)
        self._consuming.start()
        self.timers.start()
        self._server.start()
        Thread(target=warm, args=(self.application,), name="warming", daemon=True).start()

    def stop(self, seconds: float = SETTLING_SECONDS) -> bool:
        """Take nothing more and settle what is in hand; whether all of it was in time."""
        self._tell(Happening(what=What.STOPPING, sentence="Stopping: what is in hand is settled."))
        self._server.stop()
        late = [*self.timers.stop(seconds), *self._consuming.stop(seconds)]
        if self._clock is not None:
            self._clock.stand_still()
        sentence = "Stopped: all of it was."
        if late:
            sentence = (
                f"Stopped, though {', '.join(late)} had not ended in {seconds:g} s: what was in "
                "hand there comes again."
            )
        self._tell(Happening(what=What.STOPPED, sentence=sentence))
        return not late
