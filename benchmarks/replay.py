"""How many events a second a dry run of a replay decides again, and what that is compared with.

Run: python benchmarks/replay.py [--endpoints 40] [--looks 500] [--demo FOLDER]

Many endpoints are looked at by a timer, some of them with an event; then everything that was
decided is decided again. The baselines: the same with every hash made anew and compared
(`service/past/folding.py`), and the handling of the events for real, which the benchmark does to
get them. Told by the clock on the wall, and by the processor's, which does not count what else the
machine does. With `--demo`, the home of `driftgate demo`, and of the scenarios, by family.
"""

import argparse
import os
import resource
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shared.bootstrap import Application, build  # noqa: E402
from shared.cli.replay.processes import told_by  # noqa: E402
from shared.domain.event import Check, Event, EventType, check_due  # noqa: E402
from shared.domain.replay import Of, Selection  # noqa: E402
from shared.scenarios.clock import SimulatedClock  # noqa: E402
from shared.service.past.deciding import PastDecisions  # noqa: E402
from shared.service.past.folding import fold  # noqa: E402
from shared.service.reactions import family_of  # noqa: E402
from shared.service.replaying.told import Came  # noqa: E402
from shared.settings import Settings  # noqa: E402

STARTS = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
GOAL = 5_000


@dataclass(frozen=True, slots=True)
class Speed:
    """Events a second by the clock on the wall and by the processor's, and how many there were."""

    count: int
    wall: float
    busy: float

    def line(self, what: str, beside: "Speed") -> str:
        """As it is printed, with the ratio to a baseline by the processor's clock."""
        return (
            f"  {what:44} {self.wall:8.0f} {self.busy:10.0f}  {self.busy / beside.busy:5.1f} x real"
        )


class Watch:
    """Measures from its making on; processes that were started and have ended count as well."""

    def __init__(self) -> None:
        self._wall, self._busy = time.perf_counter(), _busy()

    def speed(self, count: int) -> Speed:
        """Of so many since."""
        wall, busy = time.perf_counter() - self._wall, _busy() - self._busy
        return Speed(count, count / wall, count / busy)


def _busy() -> float:
    mine, others = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime


def fleet(home: Path, endpoints: int, looks: int) -> tuple[Application, Speed]:
    """Endpoints looked at every ten minutes, one look in twenty because of an event."""
    clock = SimulatedClock(STARTS)
    folder = home / "workspace" / "endpoints"
    folder.mkdir(parents=True)
    for number in range(endpoints):
        (folder / f"e{number}.yaml").write_text(
            "traffic: {blue: 90, green: 10}\ndeployments: {blue: {}, green: {}}\n"
        )
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    application = build(settings, clock=clock)
    watch = Watch()
    for look in range(looks):
        clock.move_to(STARTS + timedelta(minutes=10 * look))
        for number in range(endpoints):
            application.service.handle(_event(number, look, endpoints, clock.now).to_cloud_event())
    return application, watch.speed(endpoints * looks)


def _event(number: int, look: int, endpoints: int, now: datetime) -> Event:
    subject = f"endpoint/e{number}"
    if (look + number) % 20:
        return check_due(Check.ROUTING, subject, now)
    return Event(
        id=f"{look}-{number}-{endpoints}",
        source="benchmark",
        type=EventType.DEPLOYMENT_COMPLETED,
        subject=subject,
        time=now,
        data={"endpoint": f"e{number}", "deployment": "green"},
    )


def _insist(same: bool, what: object) -> None:
    """What is fast and wrong is worth nothing."""
    if not same:
        raise SystemExit(f"decided otherwise: {what}")


def dry(application: Application, processes: int) -> Speed:
    """A dry run of all chains; all must be decided the same."""
    run = application.dry_run(Selection(of=Of.CHAINS))
    watch, count = Watch(), 0
    told = run.told() if processes == 1 else told_by(processes, run, application.settings, None)
    for one in told:
        _insist(one.came is Came.SAME, one)
        count += 1
    return watch.speed(count)


def hashed(application: Application) -> Speed:
    """Every decision made anew with its hashes."""
    past = PastDecisions(application.evidence)
    watch, count = Watch(), 0
    for subject in application.ledger.subjects():
        for step in fold(application.ledger, application.evidence, past, subject):
            _insist(step.same, step.recorded)
            count += 1
    return watch.speed(count)


def by_family(application: Application) -> None:
    """What one event of each family takes of the processor, and how many there were."""
    spent: dict[str, list[float]] = defaultdict(list)
    run = application.dry_run(Selection(of=Of.CHAINS))
    before = time.process_time()
    same = count = 0
    for one in run.told():
        now = time.process_time()
        if one.event is not None:
            spent[family_of(Event.from_cloud_event(one.event))].append(now - before)
        same, count = same + (one.came is Came.SAME), count + 1
        before = time.process_time()
    print(f"  {count} events, {same} decided the same, {sum(map(sum, spent.values())):.1f} s")
    for family, times in sorted(spent.items(), key=lambda item: -sum(item[1])):
        mean = sum(times) / len(times)
        print(f"  {family:12} {len(times):6} events {mean * 1e6:8.0f} µs {1 / mean:8.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=40)
    parser.add_argument("--looks", type=int, default=500)
    parser.add_argument("--demo", type=Path, help="The home of a demo, such as .driftgate/demo.")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="driftgate-replay-") as folder:
        application, real = fleet(Path(folder), asked.endpoints, asked.looks)
        whole, one = hashed(application), dry(application, 1)
        two = dry(application, 2)
    print(f"{one.count} routing looks of {asked.endpoints} endpoints; events a second by:")
    print(f"  {'':44} {'the wall':>8} {'processor':>10}")
    print(real.line("handled for real, one after the other", real))
    print(whole.line("decided again with every hash, one process", real))
    print(one.line("dry run, one process", real))
    print(two.line("dry run, two processes, with their start", real))
    print(f"  two processes by the wall: {two.wall / one.wall:.2f} x one; load {_load()}")
    if asked.demo is not None:
        print(f"{asked.demo}, one process, by family:")
        settings = Settings(
            home=asked.demo,
            workspace=asked.demo / "workspace",
            policies=asked.demo / "policies",
        )
        by_family(build(settings))
    best = max(one.wall, two.wall)
    print(
        f"At least {GOAL} a second by the wall: {'yes' if best >= GOAL else 'NO'} ({best:.0f}); "
        f"by the processor, one process: {'yes' if one.busy >= GOAL else 'NO'} ({one.busy:.0f})"
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
