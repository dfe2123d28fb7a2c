"""In which moments of which scenarios processes are ended: every family does something in one."""

from dataclasses import dataclass
from pathlib import Path

from shared.scenarios.playing import Player
from tests.crash.worlds import World, play_up_to

EVENTS = Path(__file__).resolve().parents[2] / "samples" / "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A moment and what comes in it, besides what the scenario lets come.

    `families` decide something there; the test of it looks whether they do. `extra` are payloads of
    samples/events. Where `found` is, the timers find what an event told when that is lost.
    """

    name: str
    families: tuple[str, ...]
    scenario: str
    moment: str
    extra: tuple[str, ...] = ()
    found: bool = False

    def prepare(self, folder: Path) -> World:
        """Play the scenario up to the moment; what is there then is kept in `folder`."""

        def before(player: Player) -> None:
            for name in self.extra:
                player.stage.say((EVENTS / name).read_bytes())

        return play_up_to(self.scenario, self.moment, folder, before)


CASES = (
    Case(
        name="a deployment gets no traffic",
        families=("routing",),
        scenario="01-the-incident",
        moment="00:35",
    ),
    Case(
        name="a notice is posted",
        families=("alerts", "receivers"),
        scenario="121-told-as-one-notice",
        moment="00:35:30",
    ),
)
