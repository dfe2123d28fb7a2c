"""Whatever order files come in, a closed window says what it would have said with all on time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.embedded import FileWorkspace
from shared.domain.event import Check, check_due
from shared.domain.policy import CollectionPolicy, DriftAlarm, DriftPolicy, Policy
from shared.domain.state import SubjectState
from shared.profiles import baseline
from shared.profiles.calibrating import calibration
from shared.service.reactions import reaction_to
from shared.settings import Settings
from tests.service.collecting import HOUR, collect

START = datetime(2026, 2, 2, tzinfo=UTC)
HOURS = 6
LATE = HOUR


@dataclass
class SlowFolder(FileWorkspace):
    """A workspace whose files are there only from the time they came."""

    folder: object
    now: datetime = START
    came: dict = field(default_factory=dict)

    def __post_init__(self):
        super().__init__(self.folder)

    def collected(self, model, endpoint, *, start=None, end=None):
        listed = super().collected(model, endpoint, start=start, end=end)
        return [file for file in listed if self.came[file.start] <= self.now]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Six hours of rows, which move away from the training data half way."""
    home = tmp_path_factory.mktemp("late")
    (home / "workspace/endpoints").mkdir(parents=True)
    scene = SimpleNamespace(home=home)
    for hour in range(HOURS):
        collect(
            scene,
            START + hour * HOUR,
            START + (hour + 1) * HOUR,
            inputs=lambda rng, n, hour=hour: {"income": rng.normal(0.4 * hour, 1.0, n)},
            lines=4,
            rows=15,
            seed=hour,
        )
    train = {"income": np.random.default_rng(3).normal(0.0, 1.0, 4_000)}
    base = baseline(train)
    kept = {
        "model/loan/7": base.to_json(),
        "calibration/loan/7": calibration(train, base).to_json(),
    }
    return SimpleNamespace(
        workspace=SlowFolder(home / "workspace"),
        profiles=SimpleNamespace(load=kept.get),
        settings=Settings(),
    )


def watched(world, delays, alarm):
    """The watch after hourly looks until every window is closed."""
    policy = Policy(
        model="loan",
        endpoint="loan-endpoint",
        drift=DriftPolicy(every=2 * HOUR, window=4 * HOUR, alarm=alarm, limit=0.1),
        collection=CollectionPolicy(late=LATE),
    )
    world.workspace.came = {
        START + hour * HOUR: START + (hour + 1) * HOUR + delay * timedelta(minutes=10)
        for hour, delay in enumerate(delays)
    }
    state = SubjectState(baselines={"7": "hash"})
    for half_hour in range(2 * (HOURS + 2)):
        at = world.workspace.now = START + half_hour * HOUR / 2 + timedelta(minutes=5)
        event = check_due(Check.DRIFT, "model/loan", at)
        reaction = reaction_to(event)
        evidence = reaction.gather(event, policy, state, world, at)
        state = reaction.decide(event, evidence, policy, state, at).state
    return state.drift


def concluded(watch):
    last = watch.windows[-1]
    return watch.recent, watch.packed, watch.until, last.end, last.rows, last.counts, last.closed


@pytest.fixture(scope="module")
def on_time(world):
    return {alarm: concluded(watched(world, [0] * HOURS, alarm)) for alarm in DriftAlarm}


def test_with_all_files_on_time_something_is_decided(on_time):
    """Else the property below would hold of nothing."""
    recent, packed, until, end, rows, _, _ = on_time[DriftAlarm.SEQUENTIAL]

    assert recent == ("inconclusive", "inconclusive", "fail", "fail")
    assert packed
    assert until == end == START + HOURS * HOUR
    assert rows == 240


@settings(max_examples=25, deadline=None)
@given(
    delays=st.lists(st.integers(0, 6), min_size=HOURS, max_size=HOURS),
    alarm=st.sampled_from(DriftAlarm),
)
def test_late_files_in_any_order_end_in_the_same_verdicts_and_the_same_evidence(
    world, on_time, delays, alarm
):
    """Up to an hour late; no row is taken in twice, and none is left out."""
    assert concluded(watched(world, delays, alarm)) == on_time[alarm]


def test_a_file_beyond_the_bound_changes_neither_verdict_nor_evidence(world):
    """Its rows are noted, and count in no window any more that has ended."""
    watch = watched(world, [0, 0, 0, 0, 0, 11], DriftAlarm.SEQUENTIAL)

    assert (watch.windows[-1].rows, watch.windows[-1].closed) == (180, True)
    assert watch.until == START + HOURS * HOUR
