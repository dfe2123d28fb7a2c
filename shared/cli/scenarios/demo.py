"""`driftgate demo`: seven months of a loan model, on real data and a simulated clock."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.cli.scenarios.listening import Listening
from shared.cli.scenarios.story import Story
from shared.cli.scenarios.story_steps import ENDS, KEPT_PAYLOADS, STEPS
from shared.cli.terminal.printing import console
from shared.scenarios.clock import SimulatedClock
from shared.settings import SAMPLES, Settings

DEMO = "demo"
_PARTS = ("workspace", "car-loan", "policies", "events")


def demo() -> None:
    """Run the demo: the same service and adapters as always, on a clock that runs ahead.

    State, events and report are left in the folder demo/ of DRIFTGATE_HOME, whose clock then
    stands still: `driftgate serve --demo` lets it go on.
    """
    import os

    home = Settings.from_environment(os.environ).home / DEMO
    screen = console()
    screen.print("[bold]Driftgate demo[/]: a loan model from registration to drift.")
    screen.print(
        "Data: 100 000 car loans; payloads in the form Azure sends them; a simulated clock.\n"
    )
    story = play(home, screen, told=screen)
    story.sum_up(shown(home))


def play(home: Path, screen: Any, *, told: Any) -> Story:
    """Play the story anew into a home: its progress on the screen, what happens where it is told.

    The home has its clock last: without one the story did not come to its end.
    """
    from shared.bootstrap import build
    from shared.home_clock import HomeClock

    shutil.rmtree(home, ignore_errors=True)
    for part in _PARTS:
        shutil.copytree(SAMPLES / part, home / part)
    clock = SimulatedClock(STEPS[0].at)
    listening = Listening()
    application = build(demo_settings(home), clock=clock, around=listening.around)
    story = Story(application=application, home=home, screen=told, clock=clock, listening=listening)
    story.keep_real_payloads(KEPT_PAYLOADS)
    with _progress(screen) as progress:
        task = progress.add_task("", total=(ENDS - clock.now).days)
        for step in STEPS:
            story.run_until(step.at, lambda days: progress.advance(task, days))
            story.take(step)
        story.run_until(ENDS, lambda days: progress.advance(task, days))
    story.write_report()
    HomeClock.begin(home, ENDS, lambda: datetime.now(UTC))
    return story


def demo_settings(home: Path) -> Settings:
    """Everything of the demo lies in its home."""
    return Settings(home=home, workspace=home / "workspace", policies=home / "policies")


def _progress(screen: Any) -> Any:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("simulated days"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=not sys.stdout.isatty(),
    )


def shown(path: Path) -> Path:
    """The path as the reader would type it from here."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path
