"""The demo's home for `driftgate serve --demo`: played once, then used again."""

from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.settings import Settings


def demonstrated(settings: "Settings", *, fresh: bool, as_json: bool) -> "Settings":
    """Settings of their home, whose story is played where it was not, or is to be anew.

    How callers are known and when timers fire stays; who is told of the demo are files alone.
    """
    from shared.cli.scenarios.demo import demo_settings
    from shared.home_clock import NAME

    home = settings.home
    if fresh or not (home / NAME).is_file():
        _play(home, as_json=as_json)
    else:
        _say_again(home, as_json=as_json)
    return replace(
        demo_settings(home),
        schedules=settings.schedules,
        public_url=settings.public_url,
        hooks=settings.hooks,
        access=settings.access,
    )


def _play(home: Path, *, as_json: bool) -> None:
    from rich.console import Console

    from shared.cli.scenarios.demo import play
    from shared.cli.terminal.printing import console

    quiet = Console(quiet=True)
    screen = quiet if as_json else console()
    screen.print("Playing the demo's story: seven months of a loan model, on 100 000 real rows.")
    begun = monotonic()
    play(home, screen, told=quiet)
    screen.print(f"Played in {monotonic() - begun:.0f} s.\n")


def _say_again(home: Path, *, as_json: bool) -> None:
    from datetime import UTC, datetime

    from shared.cli.scenarios.story import REPORT
    from shared.cli.terminal.printing import console
    from shared.domain.wording import spell_time

    if as_json:
        return
    played = datetime.fromtimestamp((home / REPORT).stat().st_mtime, UTC)
    console().print(f"The story was played {spell_time(played)}; anew with --fresh.\n")
