"""Workers that take turns: one goes on at a time, from one call of a port to the next."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from shared.errors import Conflict


class Killed(BaseException):
    """The worker ends here: nothing of ours catches it, as nothing catches a SIGKILL."""


class Player:
    """One worker in a thread of its own, which stands still at each call until it is its turn."""

    def __init__(self, act: Callable[["Player"], None]) -> None:
        self._act = act
        self._go, self._stands = threading.Semaphore(0), threading.Semaphore(0)
        self._dies = False
        self._undivided = 0
        self.over = False
        self.conflicts = 0
        self.fault: BaseException | None = None
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()
        self._stands.acquire()

    def _live(self) -> None:
        try:
            self.stand()
            self._act(self)
        except Killed:
            pass
        except BaseException as fault:  # noqa: BLE001  raised by who plays
            self.fault = fault
        self.over = True
        self._stands.release()

    def stand(self) -> None:
        """Wait for the next turn; called by the worker at each call of a port."""
        if self._undivided:
            return
        self._stands.release()
        self._go.acquire()
        if self._dies:
            raise Killed

    @contextmanager
    def undivided(self) -> Iterator[None]:
        """Within a transaction nobody else has a turn: whoever else writes waits for its end."""
        self._undivided += 1
        try:
            yield
        finally:
            self._undivided -= 1

    def turn(self, *, dies: bool = False) -> None:
        """Let it go on to its next call, or end there."""
        self._dies = dies
        self._go.release()
        self._stands.acquire()


class Standing:
    """A port at whose calls a worker stands still, before and after."""

    def __init__(self, port: Any, player: Player) -> None:
        self._port, self._player = port, player

    @contextmanager
    def together(self) -> Iterator[None]:
        """Stands before and after, and not within."""
        self._player.stand()
        with self._player.undivided(), self._port.together():
            yield
        self._player.stand()

    def __getattr__(self, method: str) -> Any:
        asked = getattr(self._port, method)
        if not callable(asked):
            return asked

        def call(*args: Any, **kwargs: Any) -> Any:
            self._player.stand()
            try:
                answer = asked(*args, **kwargs)
            except Conflict:
                self._player.conflicts += 1
                raise
            self._player.stand()
            return answer

        return call


def play(players: list[Player], turns: Sequence[int], act: Callable[[int], None]) -> Iterator[int]:
    """Each turn is a number: who goes on of those that live; a negative one is for `act`."""
    for turn in turns:
        alive = [player for player in players if not player.over]
        if not alive:
            return
        if turn < 0:
            act(turn)
        else:
            alive[turn % len(alive)].turn()
        yield turn
    while alive := [player for player in players if not player.over]:
        for player in alive:
            player.turn()
