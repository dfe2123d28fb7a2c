"""What is read of two deployments: the same whole buckets, since the traffic that moved settled."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.adapters.embedded import FileWorkspace
from shared.domain.policy import CanaryGate, KpiKind, KpiPolicy, Policy, TableSource
from shared.domain.world import AnswerBucket, SeriesAnswer, SeriesPoint
from shared.errors import NoPermission, NotFound, Unavailable
from shared.service.readings.canary import read_canary
from tests.conftest import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOVED = NOON + timedelta(seconds=30)
SETTLED = NOON + 6 * MINUTE
POLICY = Policy(model="loan")


@dataclass
class Workspace:
    """Answers as told to it, and what it was asked."""

    buckets: dict[str, list[AnswerBucket]] | None = None
    problem: Exception | None = None
    series: list[SeriesAnswer] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)

    def answers(self, endpoint, start, end, **how):
        self.asked.append({"endpoint": endpoint, "start": start, "end": end, **how})
        if self.problem is not None:
            raise self.problem
        return self.buckets

    def kpis(self, model, asked):
        self.asked += [{"kpi": one.name, "of": model, "start": one.start} for one in asked]
        return self.series

    def data(self, name):
        raise NotFound(f"The workspace has no data asset {name}.")


def bucket(place, **changed):
    made = {"requests": 10, "errors": 1, "timed": 10, "mean": 50.0}
    return AnswerBucket(time=SETTLED + 5 * place * MINUTE, **{**made, **changed})


def read(workspace, *, control="blue", policy=POLICY, gate=None, now=NOON + HOUR, since=MOVED):
    return read_canary(
        "loan-endpoint", control, "green", policy, gate or CanaryGate(), workspace, now, since
    )


def both(*places):
    return {
        "blue": [bucket(place) for place in places],
        "green": [bucket(place, requests=0, errors=0, timed=0, mean=None) for place in places],
    }


def test_buckets_begin_when_the_traffic_settled_and_end_when_all_is_told():
    workspace = Workspace(both(0, 1))

    reading = read(workspace)

    [asked] = workspace.asked
    assert (asked["start"], asked["end"]) == (SETTLED, NOON + 51 * MINUTE)
    assert (asked["every"], asked["deployments"]) == (5 * MINUTE, ["blue", "green"])
    assert (reading.start, reading.end, reading.taken) == (
        SETTLED,
        NOON + 51 * MINUTE,
        NOON + HOUR,
    )


def test_both_sides_have_each_metric_with_what_it_is_of():
    reading = read(Workspace(both(0, 1)))

    assert reading.control == {
        "errors": (1.0, 1.0),
        "errors:of": (10.0, 10.0),
        "latency": (50.0, 50.0),
        "latency:of": (10.0, 10.0),
    }
    assert reading.experiment["errors:of"] == (0.0, 0.0)
    assert reading.experiment["latency"] == (None, None)
    assert (reading.control_deployment, reading.experiment_deployment) == ("blue", "green")


@pytest.mark.parametrize("minutes", [0, 5, 15])
def test_before_a_bucket_is_over_nothing_is_asked(minutes):
    workspace = Workspace(both())

    reading = read(workspace, now=NOON + minutes * MINUTE)

    assert workspace.asked == []
    assert (reading.start, reading.end, reading.experiment) == (SETTLED, SETTLED, {})
    assert reading.problem is None


def test_a_step_that_lasts_for_days_has_longer_buckets_not_more():
    workspace = Workspace(both(0))

    reading = read(workspace, now=NOON + timedelta(days=3))

    [asked] = workspace.asked
    assert asked["every"] == 15 * MINUTE
    assert (asked["end"] - asked["start"]) / asked["every"] <= 288
    assert reading.end == asked["end"]


def test_buckets_are_whole_minutes():
    workspace = Workspace(both(0))

    read(workspace, gate=CanaryGate(every=timedelta(seconds=90)))

    assert workspace.asked[0]["every"] == 2 * MINUTE


def test_without_another_deployment_only_the_new_one_is_read():
    workspace = Workspace({"green": [bucket(0)]})

    reading = read(
        workspace,
        control="",
        policy=replace(POLICY, kpis=[KpiPolicy(name="approvals")]),
        gate=CanaryGate(kpis=["approvals"]),
    )

    assert [asked["deployments"] for asked in workspace.asked] == [["green"]]
    assert reading.control["errors:of"] == ()
    assert reading.experiment["errors:of"] == (10.0,)


def test_what_may_not_be_read_is_a_sentence_and_what_may_come_is_asked_again():
    refused = read(Workspace(problem=NoPermission("Give it Log Analytics Reader.")))
    unknown = read(Workspace(None))

    assert refused.problem == "Give it Log Analytics Reader."
    assert "No source tells what loan-endpoint answered since 12:06 UTC" in unknown.problem
    with pytest.raises(Unavailable):
        read(Workspace(problem=Unavailable("Busy.")))


def points(*told, every=10 * MINUTE, start=NOON):
    """Buckets of a KPI by deployment, ten minutes each."""
    return SeriesAnswer(
        points=tuple(
            SeriesPoint(time=start + place * every, value=value, weight=of, deployment=name)
            for place, name, value, of in told
        )
    )


def with_kpi(answer, **changed):
    own = KpiPolicy(name="approvals", **changed)
    workspace = Workspace(both(0), series=[answer])
    gate = CanaryGate(kpis=["approvals", "unknown"])
    other = KpiPolicy(name="other", query="Other")
    return workspace, read(workspace, policy=replace(POLICY, kpis=[own, other]), gate=gate)


def test_a_kpi_is_read_in_the_whole_buckets_that_both_have():
    """Ten minutes each: the first began too early, the last has not been over for ten minutes."""
    told = points(
        *((place, name, 6.0, 10.0) for place in range(6) for name in ("blue", "green")),
        (1, "red", 1.0, 1.0),
    )
    missing = replace(
        told,
        points=tuple(
            p for p in told.points if (p.time, p.deployment) != (NOON + 20 * MINUTE, "green")
        ),
    )

    workspace, reading = with_kpi(missing)

    assert [asked["kpi"] for asked in workspace.asked[1:]] == ["approvals"]
    assert workspace.asked[1]["start"] < NOON - timedelta(days=1)
    assert reading.experiment["kpi/approvals"] == (6.0, 6.0, 6.0)
    assert reading.control["kpi/approvals:of"] == (10.0, 10.0, 10.0)
    assert "kpi/unknown" not in reading.control


def test_a_kpi_that_comes_late_counts_when_its_policy_says():
    told = points(*((place, name, 6.0, 10.0) for place in range(6) for name in ("blue", "green")))

    _, late = with_kpi(told, late=30 * MINUTE)
    _, at_once = with_kpi(told, late=timedelta())

    assert len(late.control["kpi/approvals"]) == 2
    assert len(at_once.control["kpi/approvals"]) == 5


def test_a_kpi_without_a_common_bucket_has_no_values_and_one_for_all_is_left_out():
    _, none = with_kpi(points((3, "blue", 6.0, 10.0)))
    _, empty = with_kpi(SeriesAnswer())
    _, whole = with_kpi(points((2, None, 6.0, 10.0)), kind=KpiKind.COUNT)

    assert none.experiment["kpi/approvals"] == ()
    assert empty.experiment["kpi/approvals"] == ()
    assert "kpi/approvals" not in whole.experiment


def test_a_kpi_that_cannot_be_read_spoils_nothing_else():
    _, wrong = with_kpi(SeriesAnswer(problem="The query is wrong."))
    _, missing = with_kpi(SeriesAnswer(), table=TableSource(data="decisions"))

    assert wrong.problems == {"kpi/approvals": "The query is wrong."}
    assert "no data asset decisions" in missing.problems["kpi/approvals"]
    assert wrong.control["errors:of"] == (10.0,)


def test_a_workspace_of_files_tells_both_deployments(tmp_path):
    (tmp_path / "requests").mkdir()
    (tmp_path / "kpis/loan").mkdir(parents=True)
    lines = [
        f"{(NOON + minute * MINUTE).isoformat()},{name},{status},{took}\n"
        for minute in range(60)
        for name, status, took in (("blue", 200, 100), ("green", 424, 120))
    ]
    head = "time,deployment,status,duration_ms\n"
    (tmp_path / "requests/loan-endpoint.csv").write_text(head + "".join(lines))
    rows = [
        f"{(NOON + 10 * place * MINUTE).isoformat()},6,10,{name}\n"
        for place in range(6)
        for name in ("blue", "green")
    ]
    (tmp_path / "kpis/loan/approvals.csv").write_text(
        "time,value,weight,deployment\n" + "".join(rows)
    )

    reading = read(
        FileWorkspace(tmp_path),
        policy=replace(POLICY, kpis=[KpiPolicy(name="approvals")]),
        gate=CanaryGate(kpis=["approvals"]),
    )

    assert reading.control["errors"] == (0.0,) * 9
    assert reading.experiment["errors"] == (5.0,) * 9
    assert set(reading.experiment["latency"]) == {120.0}
    assert reading.experiment["kpi/approvals"] == (6.0,) * 4
