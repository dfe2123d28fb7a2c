"""KPIs out of the metrics of any resource, through the true SDK."""

from datetime import datetime, timedelta

import pytest

from shared.adapters.azure.resource_manager import ResourceManager
from shared.adapters.azure.resource_metrics import ResourceMetrics
from shared.domain.policy import Aggregation, KpiKind, MetricSource
from shared.domain.world import SeriesPoint, SeriesQuestion
from shared.errors import Unavailable
from tests.conftest import NOON
from tests.integration.loopback.resource_metrics import serve_resource_metrics
from tests.integration.loopback.server import Answer, refusal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000002"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
CHAT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/chat"
ROUTE = "/{region}/subscriptions/{subscription}/metrics:getBatch"


@pytest.fixture
def service(loopback):
    served = serve_resource_metrics(loopback.router, NOON)
    served.resource(CHAT, "Sweden Central")
    return served


@pytest.fixture
def metrics(loopback, credential):
    manager = ResourceManager(credential, endpoint=loopback.url, retries=0, budget=5.0)
    made = ResourceMetrics(
        manager,
        credential,
        endpoint=f"{loopback.url}/{{region}}",
        retry_backoff_factor=0.001,
        retry_total=1,
    )
    yield made
    made.close()
    manager.close()


def question(metric, *, kind=KpiKind.COUNT, start=NOON - 3 * HOUR, end=NOON, name="kpi"):
    return SeriesQuestion(name=name, start=start, end=end, metric=metric, kind=kind)


def ask(metrics, metric, **more):
    [answer] = metrics.kpis("chat-model", [question(metric, **more)])
    return answer


def source(name="AzureOpenAIRequests", **more):
    return MetricSource(resource=CHAT, name=name, **more)


def test_a_total_is_read_bucket_by_bucket_in_the_resources_own_region(metrics, service, loopback):
    for minutes, value in ((150, 3.0), (140, 4.0), (10, 5.0)):
        service.report(CHAT, "AzureOpenAIRequests", NOON - timedelta(minutes=minutes), value)

    answer = ask(metrics, source())

    assert answer.points == (
        SeriesPoint(time=NOON - 3 * HOUR, value=7.0),
        SeriesPoint(time=NOON - HOUR, value=5.0),
    )
    [request] = loopback.router.requests("POST", ROUTE)
    assert request.path.startswith("/swedencentral/")
    assert request.query["metricnamespace"] == "Microsoft.CognitiveServices/accounts"


def test_the_region_is_looked_up_once_a_resource(metrics, service, loopback):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 1.0)
    for _ in range(3):
        ask(metrics, source())

    group = "/subscriptions/{subscription}/resourceGroups/{group}/resources"
    assert len(loopback.router.requests("GET", group)) == 1


def test_throttled_requests_are_a_share_and_an_hour_without_any_is_zero(metrics, service):
    """Nothing is reported of a status that nobody got; the requests prove that others were."""
    for hours in (3, 2):
        for status, requests in (("200", 90.0), ("429", 10.0)):
            if (hours, status) != (2, "429"):
                service.report(
                    CHAT,
                    "AzureOpenAIRequests",
                    NOON - hours * HOUR,
                    requests,
                    StatusCode=status,
                    ModelDeploymentName="gpt",
                )
    throttled = source(
        dimensions={"ModelDeploymentName": "gpt", "StatusCode": "429"},
        per="AzureOpenAIRequests",
        per_dimensions={"ModelDeploymentName": "gpt"},
    )

    answer = ask(metrics, throttled, kind=KpiKind.PROPORTION)

    assert answer.points == (
        SeriesPoint(time=NOON - 3 * HOUR, value=10.0, weight=100.0),
        SeriesPoint(time=NOON - 2 * HOUR, value=0.0, weight=90.0),
    )


def test_a_count_of_one_status_is_zero_only_where_the_metric_itself_is_reported(metrics, service):
    service.report(CHAT, "AzureOpenAIRequests", NOON - 3 * HOUR, 9.0, StatusCode="200")
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 2.0, StatusCode="429")

    answer = ask(metrics, source(dimensions={"StatusCode": "429"}))

    assert [(p.time, p.value) for p in answer.points] == [
        (NOON - 3 * HOUR, 0.0),
        (NOON - HOUR, 2.0),
    ]


def test_tokens_a_request_are_a_mean_that_weighs_its_requests(metrics, service):
    service.report(CHAT, "TokenTransaction", NOON - HOUR, 5000.0)
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 10.0)
    service.report(CHAT, "AzureOpenAIRequests", NOON - 2 * HOUR, 0.0)

    answer = ask(metrics, source("TokenTransaction", per="AzureOpenAIRequests"), kind=KpiKind.MEAN)

    assert answer.points[-1] == SeriesPoint(time=NOON - HOUR, value=500.0, weight=10.0)
    assert answer.points[0].weight == 0.0


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [("average", 2.0), ("minimum", 1.0), ("maximum", 3.0), ("count", 2.0), ("total", 4.0)],
)
def test_each_aggregation_is_asked_for_and_read(metrics, service, aggregation, value):
    for latency in (1.0, 3.0):
        service.report(CHAT, "AzureOpenAITimeToResponse", NOON - HOUR, latency)

    answer = ask(metrics, source("AzureOpenAITimeToResponse", aggregation=Aggregation(aggregation)))

    assert answer.points == (SeriesPoint(time=NOON - HOUR, value=value),)


def test_deployments_are_told_apart_by_the_dimension_that_names_them_even_many(metrics, service):
    """The service answers ten series unless more are asked for."""
    for number in range(14):
        service.report(
            CHAT,
            "RAIRejectedRequests",
            NOON - HOUR,
            float(number),
            ModelDeploymentName=f"gpt-{number:02d}",
        )

    answer = ask(metrics, source("RAIRejectedRequests", by="ModelDeploymentName"))

    assert [(p.deployment, p.value) for p in answer.points] == [
        (f"gpt-{number:02d}", float(number)) for number in range(14)
    ]


@pytest.mark.parametrize("value", ["it's", "' or StatusCode eq '200", "gpt (new)", "ü", "a=b&c"])
def test_a_dimensions_value_is_only_a_value(metrics, service, value):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 1.0, ModelDeploymentName=value)
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 8.0, ModelDeploymentName="other")

    answer = ask(metrics, source(dimensions={"ModelDeploymentName": value}))

    assert [point.value for point in answer.points] == [1.0]


@pytest.mark.parametrize("value", ["*", " ", "x\ny", "x\u2028"])
def test_a_value_that_means_all_or_is_no_text_is_refused_before_anything_is_asked(
    metrics, service, loopback, value
):
    answer = ask(metrics, source(dimensions={"ModelDeploymentName": value}))

    assert "name one of its values" in answer.problem
    assert loopback.router.requests("POST", ROUTE) == []
    assert service.samples


def test_a_name_that_is_none_of_a_dimension_is_refused(metrics, service):
    answer = ask(metrics, source(dimensions={"a' eq 'b": "x"}))

    assert "is no name of a dimension" in answer.problem
    assert service.samples


def test_a_long_history_is_asked_for_in_pieces_of_thirty_days_and_of_what_is_kept(
    metrics, service, loopback
):
    for days in (92, 45, 1):
        service.report(CHAT, "AzureOpenAIRequests", NOON - days * DAY, float(days))

    answer = ask(metrics, source(), start=NOON - 100 * DAY)

    assert [point.value for point in answer.points] == [92.0, 45.0, 1.0]
    spans = [request.query for request in loopback.router.requests("POST", ROUTE)]
    starts = [datetime.fromisoformat(span["starttime"]) for span in spans]
    assert starts == [NOON - days * DAY for days in (93, 63, 33, 3)]


def test_minutes_are_asked_for_a_day_at_a_time(metrics, service, loopback):
    service.report(CHAT, "AzureOpenAIRequests", NOON - DAY - HOUR, 1.0)

    answer = ask(metrics, source(every=timedelta(minutes=1)), start=NOON - 2 * DAY)

    assert len(answer.points) == 1
    assert len(loopback.router.requests("POST", ROUTE)) == 2


def test_only_whole_buckets_are_asked_for(metrics, service, loopback):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 1.0)
    late = timedelta(minutes=20)

    ask(metrics, source(), start=NOON - 3 * HOUR + late, end=NOON + late)

    [request] = loopback.router.requests("POST", ROUTE)
    assert datetime.fromisoformat(request.query["starttime"]) == NOON - 2 * HOUR
    assert datetime.fromisoformat(request.query["endtime"]) == NOON


def test_a_resource_within_another_has_its_own_namespace_and_the_others_region(metrics, service):
    nested = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/ws/onlineEndpoints/ep"
    root = nested.partition("/onlineEndpoints")[0]
    service.resource(root, "westeurope")
    service.report(nested, "RequestsPerMinute", NOON - HOUR, 6.0)

    answer = ask(metrics, MetricSource(resource=nested, name="RequestsPerMinute"))

    assert [point.value for point in answer.points] == [6.0]


def test_a_namespace_of_the_policy_goes_before_the_resources_type(metrics, service):
    service.resource(CHAT, "swedencentral", namespace="custom/space")
    service.report(CHAT, "Answers", NOON - HOUR, 6.0)

    assert ask(metrics, source("Answers", namespace="custom/space")).points[0].value == 6.0
    assert "Failed to find metric configuration" in ask(metrics, source("Answers")).problem


def test_the_same_metric_is_asked_for_once_for_several_kpis(metrics, service, loopback):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 4.0, StatusCode="429")
    by_status = {"dimensions": {"StatusCode": "429"}, "per": "AzureOpenAIRequests"}

    metrics.kpis(
        "chat-model",
        [
            question(source(**by_status), kind=KpiKind.PROPORTION),
            question(source(), name="requests"),
        ],
    )

    assert len(loopback.router.requests("POST", ROUTE)) == 2


def test_a_metric_there_is_not_spoils_no_other(metrics, service):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 4.0)

    wrong, right, none = metrics.kpis(
        "chat-model", [question(source("Nothing")), question(source()), question(None)]
    )

    assert "Could not read the metric Nothing of chat: Azure refused it with 400" in wrong.problem
    assert len(right.points) == 1
    assert none.problem == "The KPI kpi of chat-model has no metric."


def test_an_id_that_is_none_is_told(metrics):
    answer = ask(metrics, MetricSource(resource="chat", name="x"))

    assert answer.problem.startswith("The KPI kpi of chat-model: 'chat' is no resource id; give")


def test_a_resource_that_is_not_shown_names_the_role_that_is_missing(metrics, service):
    unknown = CHAT.replace("chat", "other")

    answer = ask(metrics, MetricSource(resource=unknown, name="x"))

    assert answer.problem == (
        f"Azure shows no resource {unknown}; mend the id, or give Driftgate's identity the role "
        f"Monitoring Reader on {unknown} (or, since metrics are asked for by subscription, on the "
        f"subscription {SUBSCRIPTION})."
    )
    assert service.regions


def test_a_right_that_is_missing_is_named_in_one_sentence(metrics, service, loopback):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 4.0)
    loopback.router.add("POST", ROUTE, lambda _: refusal(403, "AuthorizationFailed", "No."))

    answer = ask(metrics, source())

    assert answer.problem.startswith("May not read the metric AzureOpenAIRequests of chat")
    assert f"the role Monitoring Reader on {CHAT}" in answer.problem


def test_a_busy_service_is_asked_again_and_then_told_so_that_the_look_comes_again(
    metrics, service, loopback
):
    service.report(CHAT, "AzureOpenAIRequests", NOON - HOUR, 4.0)
    busy = refusal(429, "Throttled", "Later.")
    loopback.router.fail_next("POST", ROUTE, refusal(503, "Busy", "Later."))
    assert len(ask(metrics, source()).points) == 1

    loopback.router.add("POST", ROUTE, lambda _: busy)
    with pytest.raises(Unavailable, match="Azure answered 429"):
        ask(metrics, source())


def test_averages_of_several_series_are_never_joined_and_totals_are(metrics, service, loopback):
    def twice(request):
        aggregation = request.query["aggregation"].lower()
        data = [{"timeStamp": (NOON - HOUR).isoformat(), aggregation: 2.0}]
        series = [{"metadatavalues": [], "data": data}] * 2
        metric = {"id": "m", "type": "t", "name": {"value": "m"}, "timeseries": series}
        return Answer(body={"values": [{"interval": "PT1H", "value": [metric]}]})

    loopback.router.add("POST", ROUTE, twice)

    average = ask(metrics, source(aggregation=Aggregation.AVERAGE))
    total = ask(metrics, source())

    assert "has several averages a bucket" in average.problem
    assert [point.value for point in total.points] == [4.0]
    assert service.regions


def test_a_thousand_series_are_not_taken_for_all_of_them(metrics, service):
    for number in range(1001):
        service.report(
            CHAT, "AzureOpenAIRequests", NOON - HOUR, 1.0, ModelDeploymentName=str(number)
        )

    answer = ask(metrics, source(by="ModelDeploymentName"))

    assert "has 1000 series or more; keep some with `dimensions`" in answer.problem
