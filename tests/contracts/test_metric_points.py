"""A metric as the buckets of a KPI: what was not reported is not known, unless something proves 0.

Azure's side has the same through the SDK in `tests/integration/monitor/`.
"""

from datetime import timedelta

import pytest

from shared.adapters.azure.kpi_sources import ask_each
from shared.adapters.embedded import FileWorkspace
from shared.adapters.metric_points import points_of
from shared.domain.policy import Aggregation, KpiKind, MetricSource
from shared.domain.world import SeriesAnswer, SeriesPoint, SeriesQuestion
from shared.errors import NoPermission, Unavailable
from tests.conftest import NOON

HOUR = timedelta(hours=1)
CHAT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.CognitiveServices/accounts/chat"
)


def metric(**more):
    return MetricSource(**{"resource": CHAT, "name": "refused", **more})


def read(values):
    """A reader of values by metric and its dimensions."""
    return lambda name, dimensions: values[name, tuple(dimensions.items())]


@pytest.mark.parametrize(
    ("kind", "value", "total", "expected"),
    [
        (KpiKind.PROPORTION, 3.0, 10.0, 3.0),
        (KpiKind.COUNT, 3.0, 10.0, 3.0),
        (KpiKind.MEAN, 3.0, 10.0, 0.3),
        (KpiKind.MEAN, 3.0, 0.0, 0.0),
        (KpiKind.PROPORTION, 101.0, 100.0, 100.0),
        (KpiKind.PROPORTION, 105.0, 100.0, 105.0),
        (KpiKind.COUNT, 101.0, 100.0, 101.0),
    ],
    ids=["share", "count", "mean", "none", "read-a-moment-apart", "too-many", "count-of-more"],
)
def test_a_metric_by_another_is_a_value_with_what_it_rests_on(kind, value, total, expected):
    """Two counters are read a moment apart; what is more than that is left to be refused."""
    values = {("refused", ()): {None: {NOON: value}}, ("all", ()): {None: {NOON: total}}}

    assert points_of(metric(per="all"), kind, read(values)) == (
        SeriesPoint(time=NOON, value=expected, weight=total),
    )


def test_what_the_other_metric_does_not_report_is_not_known():
    values = {("refused", ()): {None: {NOON: 3.0}}, ("all", ()): {}}

    assert points_of(metric(per="all"), KpiKind.PROPORTION, read(values)) == ()


def test_a_deployment_that_the_other_metric_has_and_this_one_not_has_none():
    values = {
        ("refused", ()): {"blue": {NOON: 3.0}},
        ("all", ()): {"blue": {NOON: 9.0}, "green": {NOON: 8.0}},
    }

    points = points_of(metric(per="all", by="d"), KpiKind.PROPORTION, read(values))

    assert [(p.deployment, p.value, p.weight) for p in points] == [
        ("blue", 3.0, 9.0),
        ("green", 0.0, 8.0),
    ]


def test_an_average_of_some_dimensions_is_never_filled_with_zeros():
    values = {("refused", (("a", "b"),)): {None: {NOON: 3.0}}}

    points = points_of(
        metric(dimensions={"a": "b"}, aggregation=Aggregation.AVERAGE), KpiKind.MEAN, read(values)
    )

    assert [point.value for point in points] == [3.0]


ROWS = (
    "time,value,StatusCode,Deployment\n"
    "2026-02-03T09:10:00Z,5,200,blue\n2026-02-03T09:20:00Z,2,429,blue\n"
    "2026-02-03T10:30:00Z,4,200,green\n2026-02-03T11:59:59Z,1,200,\n"
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "metrics/chat/refused.csv"
    path.parent.mkdir(parents=True)
    path.write_text(ROWS)
    return tmp_path


def ask(folder, kind=KpiKind.COUNT, **more):
    question = SeriesQuestion(
        name="k", start=NOON - 3 * HOUR, end=NOON, metric=metric(**more), kind=kind
    )
    [answer] = FileWorkspace(folder).kpis("chat-model", [question])
    return answer


@pytest.mark.parametrize(
    ("aggregation", "first"),
    [("total", 7.0), ("average", 3.5), ("count", 2.0), ("minimum", 2.0), ("maximum", 5.0)],
)
def test_a_folder_aggregates_its_samples_as_azure_does(folder, aggregation, first):
    answer = ask(folder, aggregation=Aggregation(aggregation))

    assert answer.points[0] == SeriesPoint(time=NOON - 3 * HOUR, value=first)
    assert len(answer.points) == 3


def test_a_folder_keeps_dimensions_and_tells_deployments_apart(folder):
    throttled = ask(folder, dimensions={"StatusCode": "429"})
    sides = ask(folder, by="Deployment")

    assert [point.value for point in throttled.points] == [2.0, 0.0, 0.0]
    assert [(p.deployment, p.value) for p in sides.points] == [
        ("blue", 7.0),
        ("green", 4.0),
        (None, 1.0),
    ]


def test_only_whole_buckets_of_a_folder_are_told(folder):
    assert len(ask(folder, every=timedelta(hours=6)).points) == 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"name": "other"}, "The workspace has no metric other of chat."),
        ({"name": "../x"}, "The workspace has no metric ../x of chat."),
        ({"resource": "chat"}, "'chat' is no resource id; give"),
    ],
)
def test_a_metric_a_folder_has_not_is_told(folder, more, sentence):
    assert sentence in ask(folder, **more).problem


def test_a_sample_that_is_no_number_is_told_with_its_time(folder):
    (folder / "metrics/chat/refused.csv").write_text("time,value\n2026-02-03T09:10:00Z,many\n")

    assert ask(folder).problem == (
        "refused.csv at 2026-02-03T09:10:00+00:00: value is 'many'; give a number."
    )


def questions():
    return [
        SeriesQuestion(name="q", start=NOON, end=NOON, query="T"),
        SeriesQuestion(name="m", start=NOON, end=NOON, metric=metric()),
        SeriesQuestion(name="p", start=NOON, end=NOON),
    ]


def answering(model, asked):
    return [SeriesAnswer(problem=f"{model} {question.name}") for question in asked]


def failing(error):
    def fail(model, asked):
        raise error(f"No answer for {model} {len(asked)}.")

    return fail


def test_queries_and_metrics_are_each_asked_for_their_own_and_come_in_order():
    answers = ask_each("m", questions(), queries=answering, metrics=answering)

    assert [answer.problem for answer in answers] == ["m q", "m m", "m p"]


def test_a_source_that_fails_as_a_whole_spoils_not_the_other():
    answers = ask_each("m", questions(), queries=failing(NoPermission), metrics=answering)

    assert [answer.problem for answer in answers] == [
        "No answer for m 2.",
        "m m",
        "No answer for m 2.",
    ]


def test_when_every_source_that_was_asked_fails_it_is_worth_another_look():
    with pytest.raises(Unavailable):
        ask_each("m", questions(), queries=failing(Unavailable), metrics=failing(Unavailable))
    with pytest.raises(NoPermission):
        ask_each("m", questions()[:1], queries=failing(NoPermission), metrics=answering)
    assert ask_each("m", [], queries=failing(Unavailable), metrics=failing(Unavailable)) == []
