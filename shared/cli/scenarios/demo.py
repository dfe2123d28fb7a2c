"""`driftgate demo`: seven months of a loan model, on real data and a simulated clock."""

import shutil
import sys
from pathlib import Path
from typing import Any

from shared.cli.scenarios.listening import Listening
from shared.cli.scenarios.story import Story
from shared.cli.scenarios.story_steps import ENDS, KEPT_PAYLOADS, STEPS
from shared.cli.terminal.printing import console
from shared.scenarios.clock import SimulatedClock
from shared.settings import SAMPLES, Settings

_PARTS = ("workspace", "car-loan", "policies", "events")


def demo() -> None:
    """Run the demo: the same service and adapters as always, on a clock that runs ahead.

    State, events and report are left in the folder demo/ of DRIFTGATE_HOME.
    """
    import os

    from shared.bootstrap import build

    home = Settings.from_environment(os.environ).home / "demo"
    screen = console()
    shutil.rmtree(home, ignore_errors=True)
    for part in _PARTS:
        shutil.copytree(SAMPLES / part, home / part)
    clock = SimulatedClock(STEPS[0].at)
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    listening = Listening()
    application = build(settings, clock=clock, around=listening.around)
    story = Story(
        application=application, home=home, screen=screen, clock=clock, listening=listening
    )

    screen.print("[bold]Driftgate demo[/]: a loan model from registration to drift.")
    screen.print(
        "Data: 100 000 car loans; payloads in the form Azure sends them; a simulated clock.\n"
    )
    story.keep_real_payloads(KEPT_PAYLOADS)
    with _progress(screen) as progress:
        task = progress.add_task("", total=(ENDS - clock.now).days)
        for step in STEPS:
            story.run_until(step.at, lambda days: progress.advance(task, days))
            story.take(step)
        story.run_until(ENDS, lambda days: progress.advance(task, days))
    report = story.write_report()
    story.sum_up(report, _shown(home))


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


def _shown(path: Path) -> Path:
    """The path as the reader would type it from here."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path
