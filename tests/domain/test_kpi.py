"""A KPI that moved is told with what was deployed then; one that is silent is told as silent.

Longer than most: a fall, a difference and a silence of one figure are told as one problem, so they
are tested on one series.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.domain.action import PostAlert, ResolveAlert
from shared.domain.canonical import to_plain
from shared.domain.decisions.kpi import decide_kpi
from shared.domain.event import Check, check_due
from shared.domain.evidence import KpiEvidence, KpiSeries
from shared.domain.policy import (
    Direction,
    KpiKind,
    KpiPolicy,
    MetricSource,
    Policy,
    TableSource,
)
from shared.domain.state import DeploymentWatch, SubjectState, TrafficShift
from shared.domain.verdict import Verdict
from shared.domain.world import SeriesPoint
from shared.service.codec import decode

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
START = datetime(2026, 1, 5, tzinfo=UTC)
SHIFT = datetime(2026, 2, 3, 14, 0, tzinfo=UTC)
BLUE = {"blue": "churn:6"}
BOTH = {"blue": "churn:6", "green": "churn:7"}
CHAT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.CognitiveServices/accounts/chat"
)


def shift(time, shares, models=BOTH, **more):
    return TrafficShift(time=time, shares=shares, models=models, **more)


RAMP = (shift(START, {"blue": 100.0}, BLUE), shift(SHIFT, {"blue": 50.0, "green": 50.0}))
THERE = {
    "blue": DeploymentWatch(completed=START - DAY, carries="churn:6"),
    "green": DeploymentWatch(completed=SHIFT - HOUR, carries="churn:7"),
}
BLUE_THERE = {"blue": THERE["blue"]}


class World:
    """Hourly approvals of one model, looked at again and again with the state kept."""

    def __init__(self, *, owner="retention", traffic=RAMP, deployments=None, **kpi):
        settings = {"name": "approvals", "limit": 0.02, "relative": False, **kpi}
        self.kpi = KpiPolicy(**settings)
        self.policy = Policy(model="churn", endpoint="ep", owner=owner, kpis=[self.kpi])
        self.state = SubjectState()
        self.endpoint = "ep"
        self.traffic, self.healthy = traffic, None
        self.deployments = dict(THERE) if deployments is None else deployments
        self.points, self.problem = [], None

    def rate(self, level, begin, end, *, weight=2000, seed=1, deployment=None):
        """Approvals at a level with the rhythm of the day, an hour a bucket."""
        generator = np.random.default_rng(seed)
        time = begin
        while time < end:
            own = level + 0.03 * np.sin(time.hour * np.pi / 12)
            self.points.append(
                SeriesPoint(
                    time=time,
                    value=float(generator.binomial(weight, own)),
                    weight=float(weight),
                    deployment=deployment,
                )
            )
            time += HOUR

    def look(self, at):
        """What this look posts and resolves: (`+` or `-`, kind)."""
        start = at - self.kpi.window
        read = [point for point in self.points if point.time < at]
        series = KpiSeries(
            name=self.kpi.name,
            start=start,
            end=at,
            history=tuple(point for point in read if point.time < start),
            recent=tuple(point for point in read if point.time >= start),
            problem=self.problem,
        )
        self.evidence = KpiEvidence(
            taken=at,
            series=(series,),
            endpoint=self.endpoint,
            traffic=self.traffic,
            deployments=self.deployments,
            healthy=self.healthy,
        )
        event = check_due(Check.KPI, "model/churn", at)
        self.outcome = decide_kpi(event, self.evidence, self.policy, self.state, at)
        self.state = self.outcome.state
        signs = {PostAlert: "+", ResolveAlert: "-"}
        alerts = [action for action in self.outcome.actions if type(action) in signs]
        return [(signs[type(a)], a.alert.kind.value) for a in alerts]

    def alert(self):
        [action] = self.outcome.actions
        return action.alert

    def finding(self, reason):
        return next(f for f in self.outcome.findings if f.reason == reason)


def fallen(**options):
    """Approvals that fell by four points when churn:7 took half of the traffic."""
    world = World(**options)
    world.rate(0.65, START, SHIFT)
    world.rate(0.61, SHIFT, SHIFT + DAY, seed=2)
    return world


def beside(gap, *, share=0.1, before=4 * WEEK, **options):
    """Green beside blue since the shift, `gap` below it; before that blue alone."""
    world = World(**options)
    world.rate(0.65, SHIFT - before, SHIFT, deployment="blue")
    world.rate(
        0.65, SHIFT, SHIFT + DAY, seed=2, deployment="blue", weight=round(2000 * (1 - share))
    )
    world.rate(
        0.65 - gap, SHIFT, SHIFT + DAY, seed=3, deployment="green", weight=round(2000 * share)
    )
    return world


# --- joined to the deployments that were serving


def test_a_fall_is_told_in_points_since_the_version_that_took_the_traffic():
    world = fallen()

    assert world.look(SHIFT + 12 * HOUR) == [("+", "kpi_changed")]
    alert = world.alert()

    assert alert.title == "churn: approvals fell 4.0 points since churn:7 (green) took 50 % of ep"
    first, sure, meaning, accepted = alert.text.split("\n")
    assert first == (
        "approvals fell 4.0 points (3.0 to 5.1) since churn:7 (green) took 50 % of ep on Tuesday "
        "2026-02-03 14:00 UTC: 58.9 % of 22 000 where its weeks before let expect 63.0 %."
    )
    assert "the interval has 95 % confidence whenever one looks; the evidence is more" in sure
    assert sure.endswith(
        "it began between 2026-02-03 14:00 UTC and 2026-02-03 15:00 UTC. "
        "No other change of ep lies there."
    )
    assert "answers every request can still answer wrongly" in meaning
    assert accepted == "The policy accepts a fall of 2.0 points. Owner: retention."
    assert alert.first_step == (
        "Undo it, then compare churn:7 with churn:6: az ml online-endpoint update --name ep "
        '--traffic "blue=100 green=0"'
    )
    assert alert.since == SHIFT


def test_the_same_is_a_finding_that_decides_nothing():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)

    finding = world.finding("one_change")

    assert not finding.enforced
    assert finding.low < -0.04 < finding.high < 0.0
    assert finding.details["expected"] == pytest.approx(0.63, abs=0.01)
    assert finding.details["observed"] == pytest.approx(0.59, abs=0.01)
    assert {
        name: finding.details[name] for name in ("endpoint", "deployment", "model", "others")
    } == {
        "endpoint": "ep",
        "deployment": "green",
        "model": "churn:7",
        "others": [],
    }


def test_it_ends_by_itself_when_the_way_back_was_taken():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)
    world.rate(0.65, SHIFT + DAY, SHIFT + 4 * DAY, seed=5)

    assert world.look(SHIFT + 4 * DAY) == [("-", "kpi_changed")]
    [action] = world.outcome.actions
    assert action.reason == "approvals is back within its limit"


def test_who_changed_the_traffic_is_named_when_it_is_known():
    before, after = RAMP
    world = fallen(traffic=(before, replace(after, by="alice")))
    world.look(SHIFT + 12 * HOUR)

    assert "It was changed by alice." in world.alert().text


def test_without_a_change_near_it_none_is_blamed():
    world = fallen(
        traffic=(RAMP[0], shift(SHIFT - 3 * DAY, {"blue": 50.0, "green": 50.0})),
        deployments=BLUE_THERE,
    )
    world.look(SHIFT + 12 * HOUR)
    alert = world.alert()

    assert alert.title.endswith(" points since Tuesday 2026-02-03 14:00 UTC")
    assert "No change of ep lies there or within 1 d before." in alert.text
    assert alert.first_step.startswith("Compare the time it began with the inputs' drift")
    assert world.finding("no_change_near").verdict is Verdict.INCONCLUSIVE


def test_a_change_some_hours_before_is_named_but_not_blamed():
    earlier = SHIFT - 9 * HOUR
    world = fallen(
        traffic=(RAMP[0], shift(earlier, {"blue": 50.0, "green": 50.0})), deployments=BLUE_THERE
    )
    world.look(SHIFT + 12 * HOUR)

    assert "churn:7" not in world.alert().title
    assert (
        "No change of ep lies there; the last one before it: churn:7 (green) took 50 % "
        "of ep at 2026-02-03 05:00 UTC."
    ) in world.alert().text


def test_two_changes_where_it_began_are_both_named():
    close = shift(SHIFT + 20 * timedelta(minutes=1), {"blue": 40.0, "green": 60.0})
    world = fallen(traffic=(*RAMP, close))
    world.look(SHIFT + 12 * HOUR)

    assert "since churn:7 (green) took 50 % of ep" in world.alert().title
    assert (
        "By its time it may as well be churn:7 (green) went from 50 % to 60 % of ep at "
        "2026-02-03 14:20 UTC."
    ) in world.alert().text
    assert world.finding("several_changes").details["others"] == [
        "churn:7 (green) went from 50 % to 60 % of ep"
    ]


def test_a_deployment_written_anew_under_traffic_is_a_change_with_a_way_back():
    world = fallen(
        traffic=(shift(START, {"blue": 100.0}, BLUE),),
        deployments={"blue": DeploymentWatch(completed=SHIFT, carries="churn:7")},
    )
    world.look(SHIFT + 12 * HOUR)

    assert "since churn:7 (blue) was written anew at 100 % of ep" in world.alert().title
    assert world.alert().first_step == (
        "Undo it, then compare churn:7 with churn:6: az ml online-deployment update "
        "--endpoint-name ep --name blue --set model=azureml:churn:6"
    )


def test_a_deployment_written_anew_with_the_same_model_has_its_file_put_back():
    world = fallen(
        traffic=(shift(START, {"blue": 100.0}, BLUE),),
        deployments={"blue": DeploymentWatch(completed=SHIFT, carries="churn:6")},
    )
    world.look(SHIFT + 12 * HOUR)

    assert world.alert().first_step == (
        "Undo it, then look at the answers of blue: az ml online-deployment update "
        "--endpoint-name ep --name blue with the file it was written from before"
    )


def test_a_deployment_that_is_gone_cannot_just_be_given_its_traffic_back():
    traffic = (shift(START, {"blue": 100.0}, BLUE), shift(SHIFT, {"green": 100.0}))
    world = fallen(traffic=traffic, deployments={"green": THERE["green"]})
    world.look(SHIFT + 12 * HOUR)

    assert world.alert().first_step.endswith(
        '--traffic "blue=100 green=0"; deploy blue again first, which is gone'
    )


def test_without_an_endpoint_nobody_knows_who_served():
    world = fallen()
    world.endpoint, world.traffic = None, ()
    world.look(SHIFT + 12 * HOUR)

    assert "Which deployments were serving is not known." in world.alert().text
    assert world.finding("no_endpoint").details["deployment"] is None


def test_a_healthy_endpoint_is_said_to_be_healthy():
    world = fallen()
    world.healthy = SHIFT + 11 * HOUR
    world.look(SHIFT + 12 * HOUR)

    assert (
        "ep answers (no alert of errors, slowness or saturation was open at 2026-02-04 01:00 UTC), "
        "so look at what it answers, not whether."
    ) in world.alert().text


def test_a_history_with_too_many_gaps_to_watch_is_told_by_its_window_alone():
    world = World(traffic=())
    world.rate(0.65, START, START + 3 * DAY)
    world.rate(0.65, SHIFT - 4 * DAY, SHIFT)
    world.rate(0.55, SHIFT, SHIFT + DAY, seed=2)

    assert world.look(SHIFT + DAY + HOUR) == [("+", "kpi_changed")]
    assert (
        "it rests on the judged window alone (Only 19% of the history's buckets have data; half "
        "are needed for a baseline). Which deployments were serving is not known."
    ) in world.alert().text
    assert world.alert().title.startswith("churn: approvals fell 10.")


# --- side by side


def test_a_deployment_that_does_worse_beside_another_is_told_long_before_the_whole_falls():
    world = beside(0.08)

    assert world.look(SHIFT + 20 * HOUR) == [("+", "kpi_differs")]
    alert = world.alert()

    assert alert.title.startswith("churn: approvals of green is 7.9 ")
    assert alert.title.endswith("points lower than blue's")
    assert alert.labels == {"model": "churn", "kpi": "approvals", "deployment": "green"}
    assert "churn:7 (green) 5" in alert.text
    assert "churn:6 (blue) 6" in alert.text
    assert "it may be lower by up to 2.0 points." in alert.text
    assert "since churn:7 (green) took 50 % of ep on Tuesday" in alert.text
    assert alert.first_step == (
        "Take its traffic away, then look at its answers: az ml online-endpoint update --name ep "
        '--traffic "blue=100 green=0"'
    )
    finding = world.finding("differs")
    assert finding.high < -0.02
    assert finding.details["buckets"] == 19


def test_without_a_known_change_the_answers_are_to_be_compared():
    world = beside(0.08, traffic=())
    world.look(SHIFT + 20 * HOUR)

    assert world.alert().first_step == (
        "Compare the answers of green and blue: driftgate status churn"
    )
    assert "so neither season nor day explains it." in world.alert().text


def test_it_ends_when_the_two_are_alike_again_or_it_serves_no_more():
    alike, gone = beside(0.08), beside(0.08)
    for world in (alike, gone):
        world.look(SHIFT + 20 * HOUR)
        world.rate(0.65, SHIFT + DAY, SHIFT + 4 * DAY, seed=6, deployment="blue", weight=1000)
    alike.rate(0.65, SHIFT + DAY, SHIFT + 4 * DAY, seed=7, deployment="green", weight=1000)

    assert alike.look(SHIFT + 4 * DAY) == [("-", "kpi_differs")]
    assert alike.outcome.actions[0].reason == (
        "approvals of green is within its limit of the deployment beside it"
    )
    assert gone.look(SHIFT + 4 * DAY) == [("-", "kpi_differs")]
    assert gone.outcome.actions[0].reason == "deployment green no longer serves beside another"


def test_what_is_not_decided_between_two_raises_nothing_and_ends_nothing():
    world = beside(0.08)
    world.look(SHIFT + 20 * HOUR)
    world.rate(0.65, SHIFT + DAY, SHIFT + 3 * DAY, seed=6, deployment="blue")
    world.rate(0.60, SHIFT + DAY, SHIFT + 3 * DAY, seed=7, deployment="green", weight=3)

    assert world.look(SHIFT + 3 * DAY) == []
    assert not world.finding("not_decided").enforced


def test_two_buckets_are_too_few_to_fail_on():
    world = beside(0.4, share=0.5)

    world.look(SHIFT + 3 * HOUR + timedelta(minutes=10))

    assert world.finding("not_decided").details["buckets"] == 2


def test_a_fall_and_a_deployment_that_differs_are_one_problem_told_once():
    first_beside = beside(0.08, share=0.5)
    assert first_beside.look(SHIFT + 20 * HOUR) == [("+", "kpi_changed")]
    assert "side by side: churn:7 (green)" in first_beside.alert().text

    small = beside(0.08, share=0.1)
    small.look(SHIFT + 20 * HOUR)
    small.rate(0.65, SHIFT + DAY, SHIFT + 2 * DAY, seed=6, deployment="blue", weight=1000)
    small.rate(0.57, SHIFT + DAY, SHIFT + 2 * DAY, seed=7, deployment="green", weight=1000)
    assert small.look(SHIFT + 2 * DAY) == []


def test_a_difference_that_is_no_longer_sure_still_stands_for_the_fall_it_explains():
    world = beside(0.08)
    world.look(SHIFT + 20 * HOUR)
    world.rate(0.60, SHIFT + DAY, SHIFT + 3 * DAY, seed=6, deployment="blue")
    world.rate(0.60, SHIFT + DAY, SHIFT + 3 * DAY, seed=7, deployment="green", weight=3)

    assert world.look(SHIFT + 3 * DAY) == []
    assert world.finding("not_decided") is not None
    assert world.finding("changed").enforced


def test_a_fall_that_both_deployments_share_is_not_blamed_on_the_new_one():
    world = World()
    world.rate(0.65, START, SHIFT, deployment="blue")
    for seed, name in ((2, "blue"), (3, "green")):
        world.rate(0.61, SHIFT, SHIFT + DAY, seed=seed, deployment=name, weight=4000)
    world.look(SHIFT + 20 * HOUR)
    alert = world.alert()

    assert alert.title.endswith("points since Tuesday 2026-02-03 14:00 UTC")
    assert (
        "It began about when churn:7 (green) took 50 % of ep (2026-02-03 14:00 UTC), but side by "
        "side the deployments do alike, so what they are asked has changed rather than who answers."
    ) in alert.text
    assert alert.first_step.startswith("Compare the time it began with the inputs' drift")


def test_the_deployment_that_served_before_is_the_one_to_compare_with():
    """However small its share has become."""
    world = beside(0.08, share=0.9)
    world.look(SHIFT + 20 * HOUR)

    assert world.finding("differs").details["other"] == "blue"


def test_new_deployments_alone_are_compared_by_the_larger():
    world = World(traffic=())
    world.rate(0.65, START, SHIFT)
    for name, weight in (("green", 400), ("red", 1600)):
        world.rate(0.65, SHIFT, SHIFT + DAY, seed=weight, deployment=name, weight=weight)
    world.look(SHIFT + 20 * HOUR)

    assert world.finding("alike").thing == "kpi/approvals/green"


@pytest.mark.parametrize(
    ("direction", "gap", "reason"),
    [
        (Direction.FALL, -0.08, "alike"),
        (Direction.RISE, -0.08, "differs"),
        (Direction.RISE, 0.08, "alike"),
        (Direction.BOTH, 0.08, "differs"),
        (Direction.BOTH, -0.08, "differs"),
        (Direction.BOTH, 0.0, "alike"),
    ],
)
def test_the_direction_decides_which_difference_counts(direction, gap, reason):
    world = beside(gap, share=0.5, direction=direction)
    world.look(SHIFT + 20 * HOUR)

    finding = next(f for f in world.outcome.findings if f.thing.endswith("/green"))
    assert finding.reason == reason


def test_a_relative_limit_is_a_share_of_the_other_and_told_in_points():
    world = beside(0.08, share=0.5, limit=0.05, relative=True)
    world.look(SHIFT + 20 * HOUR)

    finding = world.finding("differs")
    assert finding.limit == pytest.approx(0.05 * finding.details["other_value"])
    assert "it may be lower by up to 3.2 points." in finding.sentence


def test_bursts_of_one_deployment_are_noted():
    world = beside(0.0, share=0.5)
    generator = np.random.default_rng(4)
    world.points = [
        replace(p, value=round(p.value * float(generator.uniform(0.7, 1.3))))
        if p.deployment == "green"
        else p
        for p in world.points
    ]
    world.look(SHIFT + 20 * HOUR)

    assert any("times as much as chance would have it" in f.sentence
               for f in world.outcome.findings)  # fmt: skip


def test_counts_of_deployments_without_exposure_cannot_be_compared_and_it_says_so():
    world = beside(0.0, kind=KpiKind.COUNT)
    world.points = [replace(p, weight=None) for p in world.points]
    world.look(SHIFT + 20 * HOUR)

    assert "give a weight, such as the number of requests" in world.finding("cannot_look").sentence


def test_deployments_that_never_met_are_not_compared():
    world = World()
    world.rate(0.65, START, SHIFT + 8 * HOUR, deployment="blue")
    world.rate(0.65, SHIFT + 8 * HOUR, SHIFT + DAY, deployment="green")
    world.look(SHIFT + 20 * HOUR)

    assert all(f.thing == "kpi/approvals" for f in world.outcome.findings)


def test_means_of_deployments_are_joined_by_their_weight_and_refused_without_one():
    world = beside(0.0, kind=KpiKind.MEAN, relative=True, limit=0.5)
    world.points = [replace(p, value=10.0 if p.deployment == "blue" else 20.0)
                    for p in world.points]  # fmt: skip
    world.look(SHIFT + 20 * HOUR)
    assert world.outcome.findings[0].details["observed"] == pytest.approx(11.0, abs=0.4)

    world.points = [replace(p, weight=None) for p in world.points]
    world.look(SHIFT + 20 * HOUR)
    assert "means of deployments without a weight" in world.outcome.findings[0].sentence
    assert world.outcome.findings[0].verdict is Verdict.ERROR


def test_a_bucket_of_a_deployment_given_twice_is_refused():
    world = beside(0.0)
    world.points.append(world.points[-1])
    world.look(SHIFT + 30 * HOUR)

    assert "of green is given twice; add the two up." in world.outcome.findings[0].sentence


# --- values that come late, or not at all


def steady(**options):
    world = World(**options)
    world.rate(0.65, START, SHIFT)
    return world


def test_a_bucket_counts_when_it_has_been_over_for_an_hour():
    """Its value is only half there until then."""
    world = steady()
    world.rate(0.3, SHIFT, SHIFT + HOUR)

    world.look(SHIFT + HOUR + 59 * timedelta(minutes=1))
    before = world.outcome.findings[0].details["observed"]
    world.look(SHIFT + 2 * HOUR)

    assert world.outcome.findings[0].details["observed"] < before


def test_a_daily_bucket_waits_an_hour_too_unless_the_policy_says_otherwise():
    def looked(after, **options):
        world = World(**options)
        for day in range(40):
            lost = 1000 * (day == 39)
            world.points.append(
                SeriesPoint(time=START + day * DAY, value=6500.0 - lost, weight=10_000.0)
            )
        world.look(START + 40 * DAY + after)
        return world.outcome.findings[0].estimate

    assert looked(timedelta(minutes=59)) == pytest.approx(0.0, abs=1e-9)
    assert looked(HOUR) == pytest.approx(-0.1, abs=1e-9)
    assert looked(5 * HOUR, late=6 * HOUR) == pytest.approx(0.0, abs=1e-9)
    assert looked(timedelta(minutes=2), late=timedelta(minutes=1)) == pytest.approx(-0.1, abs=1e-9)


def test_a_window_shorter_than_a_bucket_holds_one_bucket():
    world = World(window=HOUR)
    for day in range(40):
        world.points.append(SeriesPoint(time=START + day * DAY, value=6500.0, weight=10_000.0))

    world.look(START + 40 * DAY + 2 * HOUR)

    assert world.finding("within_limit").n == 10_000.0


def test_a_value_that_does_not_come_is_first_noted_then_told_and_ends_by_itself():
    world = steady()
    assert world.look(SHIFT + 2 * HOUR) == []
    assert world.finding("late").verdict is Verdict.INCONCLUSIVE
    assert not world.finding("late").enforced

    assert world.look(SHIFT + 4 * HOUR) == [("+", "kpi_silent")]
    alert = world.alert()
    assert alert.title == "churn: approvals has had no data since 2026-02-03 14:00 UTC"
    assert alert.since == SHIFT
    assert "so nobody can say whether it changed; up to 3 h without any is usual." in alert.text
    assert alert.first_step.startswith("Run the KPI's query in Log Analytics")
    assert world.look(SHIFT + 9 * HOUR) == []

    world.rate(0.65, SHIFT, SHIFT + 10 * HOUR)
    assert world.look(SHIFT + 10 * HOUR) == [("-", "kpi_silent")]
    assert world.outcome.actions[0].reason == "approvals has data again"


def test_a_night_without_values_is_no_silence_when_every_night_is_one():
    world = World()
    world.rate(0.65, START, SHIFT + 4 * HOUR)
    world.points = [p for p in world.points if 7 <= p.time.hour < 18]
    evening = SHIFT.replace(hour=18)

    assert world.look(evening + 12 * HOUR) == []
    assert world.look(evening + 15 * HOUR) == [("+", "kpi_silent")]


def test_the_policy_may_say_how_long_silence_may_last():
    world = steady(silence=timedelta(hours=8))

    assert world.look(SHIFT + 8 * HOUR) == []
    assert world.look(SHIFT + 9 * HOUR) == [("+", "kpi_silent")]


def test_a_kpi_without_any_value_is_told_and_one_whose_first_bucket_fills_is_not():
    world = World()
    assert world.look(SHIFT) == [("+", "kpi_silent")]
    assert "approvals has no data at all since" in world.alert().text

    young = World()
    young.rate(0.65, SHIFT, SHIFT + HOUR)
    assert young.look(SHIFT + timedelta(minutes=30)) == []


@pytest.mark.parametrize(
    ("source", "step"),
    [
        (
            {
                "metric": MetricSource(resource=CHAT, name="AzureOpenAIRequests"),
                "kind": KpiKind.COUNT,
            },
            f"az monitor metrics list --resource {CHAT} --metric AzureOpenAIRequests --offset 1d.",
        ),
        ({"table": TableSource(data="outcomes")}, "still arrive in the data asset outcomes."),
        ({"query": "T"}, "Run the KPI's query in Log Analytics"),
    ],
    ids=["metric", "table", "query"],
)
def test_the_first_step_of_silence_is_where_its_values_come_from(source, step):
    world = World(**source)
    world.look(SHIFT)

    assert step in world.alert().first_step


def test_silence_neither_ends_a_fall_nor_a_difference():
    fall, side = fallen(), beside(0.08)
    fall.look(SHIFT + 12 * HOUR)
    side.look(SHIFT + 20 * HOUR)

    assert fall.look(SHIFT + 3 * DAY) == [("+", "kpi_silent")]
    assert side.look(SHIFT + 3 * DAY) == [("+", "kpi_silent")]


def test_buckets_of_two_months_cannot_be_watched_and_it_says_why():
    world = World(window=60 * DAY, history=900 * DAY)
    for index in range(16):
        world.points.append(
            SeriesPoint(time=SHIFT - (16 - index) * 60 * DAY, value=6500.0, weight=1e4)
        )
    world.look(SHIFT + HOUR)

    assert "is one in 1.5 buckets; give more days" in world.finding("cannot_look").sentence


def test_a_change_that_no_whole_bucket_follows_yet_is_measured_since_the_onset():
    """The shares were seen changed half an hour after they were, at the end of what is known."""
    world = World(traffic=(RAMP[0], replace(RAMP[1], time=SHIFT + 70 * timedelta(minutes=1))))
    world.rate(0.65, START, SHIFT)
    world.rate(0.2, SHIFT, SHIFT + DAY, seed=2)

    assert world.look(SHIFT + 2 * HOUR) == [("+", "kpi_changed")]
    assert "since churn:7 (green) took 50 % of ep" in world.alert().title
    assert world.alert().since == SHIFT


# --- what cannot be looked at, and what is no longer asked for


def test_what_cannot_be_read_is_an_error_and_ends_nothing():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)
    world.problem = "Log Analytics did not answer."

    assert world.look(SHIFT + 13 * HOUR) == []
    [finding] = world.outcome.findings
    assert (finding.verdict, finding.sentence) == (Verdict.ERROR, "Log Analytics did not answer.")


def test_values_that_cannot_be_are_an_error_in_one_sentence():
    world = steady()
    world.points.append(SeriesPoint(time=SHIFT, value=3.0, weight=2.0))

    world.look(SHIFT + 3 * HOUR)

    assert "counts 3 of 2" in world.finding("cannot_look").sentence


def test_a_kpi_that_the_policy_names_no_more_ends_its_alerts():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)
    world.policy = replace(world.policy, kpis=[replace(world.kpi, name="other")])

    assert world.look(SHIFT + 13 * HOUR) == [("-", "kpi_changed")]
    assert world.outcome.actions[0].reason == "the policy no longer names it"
    assert world.outcome.findings == ()


def test_without_a_policy_nothing_is_judged():
    world = fallen()
    world.policy = None

    assert world.look(SHIFT + 12 * HOUR) == []
    assert world.state.checks == {"kpi": SHIFT + 12 * HOUR}


def test_alerts_of_others_are_left_alone():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)
    [record] = world.state.alerts.values()
    from shared.domain.alert import AlertKind

    drift = replace(record, alert=replace(record.alert, kind=AlertKind.DRIFT, labels={}))
    world.state = replace(world.state, alerts={drift.alert.fingerprint: drift})

    world.look(SHIFT + 13 * HOUR)

    assert world.state.alerts[drift.alert.fingerprint] == drift


def test_a_metric_of_another_resource_says_whose_it_is_and_is_told_as_a_share():
    source = MetricSource(resource=CHAT, name="AzureOpenAITimeToResponse")
    world = World(kind=KpiKind.MEAN, metric=source, direction=Direction.RISE, relative=True,
                  limit=0.1, traffic=())  # fmt: skip
    world.endpoint = None
    generator = np.random.default_rng(5)
    for hour in range(35 * 24):
        time = START + hour * HOUR
        level = 400.0 if time < SHIFT else 520.0
        world.points.append(SeriesPoint(time=time, value=level + float(generator.normal(0, 12))))

    assert world.look(SHIFT + 12 * HOUR) == [("+", "kpi_changed")]
    assert world.alert().title.startswith("churn: approvals rose ")
    assert " % since " in world.alert().title
    assert "It is read from the metric AzureOpenAITimeToResponse of chat." in world.alert().text
    assert "The policy accepts a rise of 10.0 %." in world.alert().text


def test_the_decision_can_be_made_again_from_what_was_kept_also_before_there_were_deployments():
    world = fallen()
    world.look(SHIFT + 12 * HOUR)
    event = check_due(Check.KPI, "model/churn", SHIFT + 12 * HOUR)

    kept = decode(to_plain(world.evidence), KpiEvidence)
    again = decide_kpi(event, kept, world.policy, SubjectState(), SHIFT + 12 * HOUR)
    assert again.findings == world.outcome.findings

    old = to_plain(world.evidence)
    for name in ("endpoint", "traffic", "deployments", "healthy"):
        del old[name]
    for point in (*old["series"][0]["history"], *old["series"][0]["recent"]):
        del point["deployment"]
    before = decide_kpi(
        event, decode(old, KpiEvidence), world.policy, SubjectState(), SHIFT + 12 * HOUR
    )
    assert [f.verdict for f in before.findings[:2]] == [f.verdict for f in again.findings[:2]]
