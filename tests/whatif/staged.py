"""Scenarios of samples/scenarios that were played, whose ledgers are decided again here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from shared.bootstrap import Application
from shared.domain.canonical import parse_time
from shared.domain.policy import Fleet, Policy
from shared.scenarios import read_scenario
from shared.scenarios.playing import theatre
from shared.service.whatif.asking import what_if
from shared.service.whatif.changed import Changed
from shared.service.whatif.comparing import Span
from shared.service.whatif.course import Course
from shared.service.whatif.report import Report
from shared.service.whatif.simulating import Simulation
from tests.whatif.recording import Seen, reads, recorded_gathering

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "scenarios"
ALWAYS = Span(
    since=datetime(2020, 1, 1, tzinfo=UTC),
    until=datetime(2040, 1, 1, tzinfo=UTC),
)


@dataclass
class Staged:
    """What was played, and ways to ask about it."""

    application: Application
    start: datetime
    gathering: dict[str, set[str]] = field(default_factory=dict)

    def policy(self, model: str = "churn") -> Policy:
        found = self.application.policies.for_model(model)
        assert found is not None
        return found

    @cached_property
    def seen(self) -> list[Seen]:
        """What each of its decisions reads."""
        return list(reads(self.application))

    def unchanged(self) -> Changed:
        """The policies there are, in place of themselves."""
        policies = self.application.policies
        return Changed(policies={one.model: one for one in policies.all()}, fleet=policies.fleet())

    def under(self, *policies: Policy, fleet=None, span: Span = ALWAYS) -> Report:
        changed = Changed(policies={one.model: one for one in policies}, fleet=fleet)
        return what_if(self.application.adapters, self.application.settings, changed, span)

    @cached_property
    def ended(self) -> datetime:
        """Just behind the last decision there is."""
        ledger = self.application.ledger
        newest = next(iter(ledger.decisions(limit=1)))
        return parse_time(newest["decided"]) + timedelta(seconds=1)

    def forced(self, *policies: Policy, fleet: Fleet | None = None) -> Course:
        """Everything decided again, each subject upon a state of its own."""
        return self._course(*policies, fleet=fleet, forced=True)

    def short(self, *policies: Policy, fleet: Fleet | None = None) -> Course:
        """As little as can be decided again."""
        return self._course(*policies, fleet=fleet, forced=False)

    def _course(self, *policies: Policy, fleet: Fleet | None, forced: bool) -> Course:
        application = self.application
        return Simulation(
            ledger=application.ledger,
            evidence=application.evidence,
            policies=application.policies,
            settings=application.settings,
            changed=Changed(policies={one.model: one for one in policies}, fleet=fleet),
            since=ALWAYS.since,
            until=ALWAYS.until if fleet is None else self.ended,
            forced=forced,
        ).run()

    def clock(self, at: datetime | None) -> str | None:
        """A time as the scenario counts it."""
        if at is None:
            return None
        minutes = round((at - self.start).total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


@contextmanager
def staged(number: int) -> Iterator[Staged]:
    """Play one of the samples."""
    [path] = FOLDER.glob(f"{number:02d}-*.scenario")
    scenario = read_scenario(path)
    with theatre(scenario, lambda telling: telling.arrivals) as player:
        with recorded_gathering() as gathering:
            player.play()
        yield Staged(application=player.application, start=scenario.start, gathering=gathering)


def with_gates(policy: Policy, **changes: object) -> Policy:
    return replace(policy, gates=replace(policy.gates, **changes))
