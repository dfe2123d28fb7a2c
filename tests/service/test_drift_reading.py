"""The rows scored lately are read in the bins of the candidate, once a window and not too many."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from shared.domain.collected import CollectedFile
from shared.domain.decisions.gates import Case, Moment
from shared.domain.decisions.gates.drift import judge_drift
from shared.domain.evidence import PromotionEvidence
from shared.domain.policy import Enforcement, Policy, StagePolicy
from shared.domain.policy.gates import DriftGate
from shared.domain.verdict import Verdict
from shared.domain.world import ColumnSpec, ModelVersion
from shared.errors import NoPermission, Unavailable
from shared.profiles import baseline
from shared.service.readings.drift import newest, read_drift
from shared.service.world import World
from shared.settings import Settings
from tests.conftest import NOON as START
from tests.service.collecting import DAY, HOUR, collect

CANDIDATE = ModelVersion(
    name="loan-default", version="8", inputs=(ColumnSpec(name="income", type="double"),)
)
POLICY = Policy(model="loan-default", endpoint="loan-endpoint")
GATE = DriftGate(window=2 * DAY)


class Counting:
    """A workspace that counts how often files are fetched, and may refuse to list them."""

    def __init__(self, workspace, fault=None):
        self._workspace, self._fault, self.fetched = workspace, fault, 0

    def __getattr__(self, name):
        return getattr(self._workspace, name)

    def collected(self, *asked, **span):
        if self._fault is not None:
            raise self._fault
        return self._workspace.collected(*asked, **span)

    def fetch(self, files):
        self.fetched += len(files)
        return self._workspace.fetch(files)


@pytest.fixture
def loans(scene):
    """Blue serves loan-default:7 and its rows are collected; 8 has a stored baseline."""
    scene.endpoint("{blue: 100}", '{blue: {model: "loan-default:7"}}')
    rows = pa.table({"income": np.random.default_rng(3).normal(0.0, 1.0, 5_000)})
    scene.application.profiles.save("model/loan-default/8", baseline(rows).to_json())
    scene.workspace = Counting(scene.application.workspace)
    scene.midnight = scene.clock.now.replace(hour=0)
    return scene


def read(scene, gate=GATE, *, policy=POLICY, candidate=CANDIDATE, workspace=None):
    world = replace(
        World.of(scene.application.adapters, Settings()), workspace=workspace or scene.workspace
    )
    return read_drift(candidate, policy, gate, world, scene.clock.now)


def judged(scene, reading):
    asked = Case(
        policy=POLICY,
        stage=POLICY.way()[0],
        candidate=CANDIDATE,
        evidence=PromotionEvidence(taken=scene.clock.now, drift=reading),
        moment=Moment.ENTRANCE,
        at=scene.clock.now,
    )
    [one] = judge_drift(asked)
    return one.finding


def test_rows_of_whole_days_are_profiled_in_the_candidates_bins(loans):
    collect(loans, loans.midnight - 3 * DAY, loans.midnight + 2 * HOUR)

    reading = read(loans)

    assert (reading.start, reading.end) == (loans.midnight - 2 * DAY, loans.midnight)
    assert reading.taken == loans.clock.now
    assert reading.window["rows"] == 48 * 30
    assert judged(loans, reading).verdict is Verdict.PASS


def test_rows_that_moved_are_a_finding(loans):
    collect(
        loans,
        loans.midnight - 2 * DAY,
        loans.midnight,
        inputs=lambda rng, n: {"income": rng.normal(1.5, 1.0, n)},
    )

    finding = judged(loans, read(loans))

    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "above_limit")


def test_a_window_is_read_once_until_its_files_change(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)

    first = read(loans)
    fetched = loans.workspace.fetched
    loans.clock.advance(HOUR)
    again = read(loans)

    assert fetched > 0
    assert loans.workspace.fetched == fetched
    assert again.window == first.window

    collect(loans, loans.midnight - HOUR, loans.midnight, seed=9)
    assert read(loans).window["rows"] == first.window["rows"] + 30
    assert loans.workspace.fetched > fetched

    rows = pa.table({"income": np.random.default_rng(4).normal(0.0, 2.0, 5_000)})
    loans.application.profiles.save("model/loan-default/8", baseline(rows).to_json())
    assert judged(loans, read(loans)).reason != "cannot_compare"


def test_the_next_day_is_another_window(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight + 12 * HOUR)
    first = read(loans)
    loans.clock.advance(DAY)

    second = read(loans)

    assert second.end == first.end + DAY
    assert second.window["rows"] == (24 + 12) * 30


def test_where_the_gate_is_off_nothing_is_read(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)

    reading = read(loans, replace(GATE, mode=Enforcement.OFF))

    assert (reading.baseline, reading.window, loans.workspace.fetched) == (None, None, 0)


def test_without_a_baseline_no_rows_are_read(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)

    reading = read(loans, candidate=replace(CANDIDATE, version="9"))

    assert (reading.baseline, reading.window, loans.workspace.fetched) == (None, None, 0)
    assert judged(loans, reading).reason == "no_baseline"


def test_where_nothing_is_collected_that_is_said_and_no_error(loans):
    reading = read(loans)

    assert reading.problem is None
    assert judged(loans, reading).reason == "not_collected"


def test_rows_that_are_older_than_the_window_are_none(loans):
    collect(loans, loans.midnight - 9 * DAY, loans.midnight - 8 * DAY)

    assert judged(loans, read(loans)).reason == "no_rows"


def test_what_may_not_be_read_is_a_sentence_and_what_does_not_answer_is_asked_again(loans):
    denied = Counting(loans.application.workspace, NoPermission("No role."))
    silent = Counting(loans.application.workspace, Unavailable("Azure did not answer."))

    assert read(loans, workspace=denied).problem == "No role."
    with pytest.raises(Unavailable):
        read(loans, workspace=silent)


class ReadOnly:
    """Profiles that may be read and not written."""

    def __init__(self, profiles):
        self._profiles = profiles

    def load(self, name):
        return self._profiles.load(name)

    def save(self, *_):
        raise NoPermission("No role Storage Blob Data Contributor.")


def test_who_may_only_read_reads_the_rows_all_the_same(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)
    world = replace(
        World.of(loans.application.adapters, Settings()),
        profiles=ReadOnly(loans.application.profiles),
    )

    reading = read_drift(CANDIDATE, POLICY, GATE, world, loans.clock.now)

    assert (reading.problem, reading.window["rows"]) == (None, 48 * 30)


def test_a_baseline_of_another_schema_version_is_a_sentence(loans):
    loans.application.profiles.save("model/loan-default/8", {"version": 99})
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)

    assert "schema version 99" in read(loans).problem


def test_the_rows_are_those_of_the_last_stage_where_no_endpoint_is_named(loans):
    collect(loans, loans.midnight - 2 * DAY, loans.midnight)
    stages = [
        StagePolicy(name="staging", endpoint="loan-staging"),
        StagePolicy(name="production", endpoint="loan-endpoint"),
    ]
    staged = Policy(model="loan-default", stages=stages)
    nowhere = Policy(model="loan-default")

    assert read(loans, policy=staged).window["rows"] == 48 * 30
    assert read(loans, policy=nowhere).window is None


def test_rows_kept_in_a_file_of_any_time_are_read_whole(loans):
    (loans.home / "workspace/endpoints/loan-endpoint.yaml").unlink()
    lines = ["time,income"]
    lines += [f"{(loans.midnight - n * HOUR).isoformat()},{n / 50}" for n in range(1, 100)]
    loans.write("workspace/inference/rows.csv", "\n".join(lines) + "\n")
    loans.write("workspace/inference/loan-default.yaml", "paths: rows.csv\ntime_column: time\n")

    assert read(loans).window["rows"] == 48


def test_a_short_age_makes_the_window_end_more_often(loans):
    loans.clock.advance(timedelta(minutes=31))

    reading = read(loans, replace(GATE, max_age=HOUR))

    assert reading.end == loans.clock.now - timedelta(minutes=1)


def file(hour, size):
    """A file of an hour before midnight, of so many bytes."""
    at = START + hour * HOUR
    return CollectedFile(place=f"{hour}-{size}", version="1", bytes=size, start=at, end=at + HOUR)


@pytest.mark.parametrize(
    ("files", "most", "begins", "kept"),
    [
        ([file(0, 10), file(1, 10), file(2, 10)], 30, 0, 3),
        ([file(0, 10), file(1, 10), file(2, 10)], 29, 1, 2),
        ([file(0, 10), file(1, 10), file(2, 10)], 1, 2, 1),
        ([file(0, 10), file(2, 10), file(2, 11)], 20, 2, 2),
        ([], 1, 0, 0),
        ([CollectedFile(place="all", version="1", bytes=99), file(1, 1), file(2, 1)], 9, 2, 2),
    ],
)
def test_of_a_busy_endpoint_the_newest_whole_hours_are_read(files, most, begins, kept):
    start, found = newest(files, START, START + 3 * HOUR, most)

    assert start == START + begins * HOUR
    assert len(found) == kept


def test_rows_written_an_hour_late_do_not_make_the_window_begin_after_its_end():
    end = START + 2 * HOUR

    start, found = newest([file(0, 10), file(1, 10), file(2, 10)], START, end, 5)

    assert start == START + HOUR
    assert len(found) == 2
