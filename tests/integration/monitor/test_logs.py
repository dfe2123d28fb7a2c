"""Log Analytics through the true SDK, the queries really executed."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import shared.adapters.azure
from shared.adapters.azure.logs import WorkspaceLogs
from shared.domain.world import SeriesPoint, SeriesQuestion
from shared.errors import NoPermission, NotFound, Refused, Unavailable
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE, serve_log_analytics
from tests.integration.loopback.server import Answer, refusal

BATCH = "/v1/$batch"
ROUTE = f"/v1/workspaces/{WORKSPACE}/query"
HOUR = timedelta(hours=1)
TRAFFIC = {
    "TimeGenerated": "TIMESTAMP",
    "EndpointName": "VARCHAR",
    "DeploymentName": "VARCHAR",
    "ResponseCode": "VARCHAR",
}
CONSOLE = {
    "TimeGenerated": "TIMESTAMP",
    "DeploymentName": "VARCHAR",
    "Message": "VARCHAR",
    "_ResourceId": "VARCHAR",
}
HOSTILE = [
    'x" or 1==1 //',
    "x' or 1==1 //",
    'x"}); AmlOnlineEndpointTrafficLog | union (Secrets) //',
    "x\\",
    "*",
    "ü\U0001f600",
]


@pytest.fixture
def tables(loopback):
    served = serve_log_analytics(loopback.router)
    yield served
    served.close()


@pytest.fixture
def logs(loopback, credential):
    made = WorkspaceLogs(
        WORKSPACE,
        credential,
        endpoint=loopback.url,
        retry_backoff_factor=0.001,
    )
    yield made
    made.close()


def naive(at):
    return at.astimezone(UTC).replace(tzinfo=None)


def question(query, *, name="approvals", start=NOON - HOUR):
    return SeriesQuestion(name=name, start=start, end=NOON, query=query)


def ask(logs, *queries, start=NOON - HOUR):
    return logs.kpis("loan", [question(query, start=start) for query in queries])


def log_traffic(tables, *rows):
    made = [
        (naive(NOON - timedelta(minutes=minutes)), endpoint, deployment, "200")
        for minutes, endpoint, deployment in rows
    ]
    tables.make("AmlOnlineEndpointTrafficLog", TRAFFIC, made)


def test_requests_are_counted_by_deployment_within_the_window(logs, tables):
    log_traffic(
        tables,
        (10, "ep", "blue"),
        (20, "EP", "blue"),
        (60, "ep", "blue"),
        (61, "ep", "green"),
        (0, "ep", "red"),
        (5, "other", "blue"),
    )

    assert logs.requests("ep", NOON - HOUR, NOON) == {"blue": 3}


def test_of_endpoints_with_one_name_those_of_the_named_workspace_are_counted(
    loopback, credential, tables
):
    """Workspaces of several stages may send to one Log Analytics workspace."""
    root = "/subscriptions/s/workspaces"
    at = naive(NOON - timedelta(minutes=10))
    columns = {**TRAFFIC, "_ResourceId": "VARCHAR"}
    rows = [
        (at, "ep", "blue", "200", f"{root}/ML/onlineEndpoints/ep"),
        (at, "ep", "green", "200", f"{root}/ml-staging/onlineEndpoints/ep"),
    ]
    tables.make("AmlOnlineEndpointTrafficLog", columns, rows)
    logs = WorkspaceLogs(WORKSPACE, credential, endpoint=loopback.url, within=f"{root}/ml")

    assert logs.requests("ep", NOON - HOUR, NOON) == {"blue": 1}
    logs.close()


def test_an_endpoint_that_was_logged_before_and_is_silent_now_has_no_requests(logs, tables):
    log_traffic(tables, (60 * 24, "ep", "blue"))

    assert logs.requests("ep", NOON - HOUR, NOON) == {}


def test_an_endpoint_that_was_never_logged_is_unknown(logs, tables):
    log_traffic(tables, (60 * 24 * 15, "ep", "blue"))

    assert logs.requests("ep", NOON - HOUR, NOON) is None


@pytest.mark.usefixtures("tables")
def test_a_table_that_does_not_exist_yet_means_that_nothing_is_logged(logs):
    assert logs.requests("ep", NOON - HOUR, NOON) is None
    assert logs.console_logs("ep", "blue", 10) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(logs, tables, name):
    """It finds its own rows and no others, and breaks no query."""
    log_traffic(tables, (10, "ep", "blue"), (10, name, "mine"))
    tables.make("Secrets", TRAFFIC, [(naive(NOON), name, "secret", "200")])

    assert logs.requests(name, NOON - HOUR, NOON) == {"mine": 1}
    assert logs.requests(f"{name}?", NOON - HOUR, NOON) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_is_only_a_name_in_its_owners_query(logs, tables, name):
    approvals(tables, (naive(NOON - HOUR), name, 5.0, 10), (naive(NOON - HOUR), "loan", 6.0, 10))

    [mine] = logs.kpis(name, [question(KPI)])
    [nobodys] = logs.kpis(f"{name}?", [question(KPI)])

    assert [point.value for point in mine.points] == [5.0]
    assert nobodys.points == ()


@pytest.mark.parametrize("name", ["x\n| union Secrets", "x\u2028| take 1", "x\x00", "\ud800"])
def test_a_name_with_a_control_character_is_refused_before_anything_is_asked(logs, tables, name):
    with pytest.raises(Refused, match="holds a control character"):
        logs.requests(name, NOON - HOUR, NOON)

    assert tables.queries == []


def test_no_query_is_put_together_but_in_one_place():
    """Only `with_parameters` formats text into a query, and only as JSON.

    What counts the rows of a table is made of literals of `shared/profiles/kusto/texts.py`.
    """
    folder = Path(shared.adapters.azure.__file__).parent
    asking = [
        path.name
        for path in folder.glob("*.py")
        if re.search(r"query_(workspace|batch|resource)\(", path.read_text())
    ]
    assert sorted(asking) == ["log_queries.py", "logs.py"]
    queries = {"REQUESTS", "_BLAMED", "SERVED", "ANSWERS", "_CONSOLE", "_WITHIN"}
    named: dict[str, list[str]] = {}
    texts = []
    for name in ("logs.py", "traffic_log.py"):
        tree = ast.parse((folder / name).read_text())
        texts += fixed_texts(tree)
        assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
        for node in assigned:
            [target] = node.targets
            if isinstance(target, ast.Name) and target.id in queries:
                assert made_of_fixed_text(node.value)
                named[target.id] = fixed_texts(node.value)
    assert queries == named.keys()
    assert sorted(texts) == sorted(text for own in named.values() for text in own)


def fixed_texts(tree):
    """The constants within that are queries or parts of one."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n|" in node.value
    ]


def made_of_fixed_text(node):
    """Text as written, or such a text after another one that has a name."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return isinstance(node.left, ast.Name) and made_of_fixed_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_the_console_comes_in_order_and_only_its_last_lines(logs, tables):
    rows = [
        (
            naive(NOON + timedelta(seconds=n)),
            "blue",
            f"line {n}",
            "/subscriptions/s/onlineEndpoints/ep",
        )
        for n in range(4)
    ]
    other = (naive(NOON), "blue", "other endpoint", "/subscriptions/s/onlineEndpoints/ep2")
    tables.make("AmlOnlineEndpointConsoleLog", CONSOLE, [*reversed(rows), other])

    assert logs.console_logs("ep", "blue", 2) == "line 2\nline 3\n"
    assert logs.console_logs("ep", "blue", 0) == ""


KPI = (
    "Approvals | where model == tostring(parameters.model)"
    " | where at >= todatetime(parameters.start)"
    " | project bucket = at, value = approved, weight = asked"
)


def approvals(tables, *rows):
    columns = {"at": "TIMESTAMP", "model": "VARCHAR", "approved": "DOUBLE", "asked": "BIGINT"}
    tables.make("Approvals", columns, rows)


def test_a_kpi_is_what_its_owners_query_says_by_time(logs, tables):
    start = NOON - timedelta(days=2)
    approvals(
        tables,
        (naive(NOON - HOUR), "loan", 5.0, 10),
        (naive(start), "loan", 4.0, 8),
        (naive(NOON), "loan", 9.0, 9),
        (naive(NOON - 2 * HOUR), "loan", None, 9),
        (naive(start), "fraud", 1.0, 8),
    )

    assert ask(logs, KPI, start=start)[0].points == (
        SeriesPoint(time=start, value=4.0, weight=8.0),
        SeriesPoint(time=NOON - HOUR, value=5.0, weight=10.0),
    )


def test_a_query_may_tell_deployments_apart(logs, tables):
    columns = {"at": "TIMESTAMP", "served": "VARCHAR", "approved": "DOUBLE", "asked": "BIGINT"}
    rows = [(naive(NOON - HOUR), "blue", 5.0, 10), (naive(NOON - HOUR), None, 1.0, 2)]
    tables.make("Served", columns, rows)

    [answer] = ask(
        logs, "Served | project bucket = at, value = approved, weight = asked, deployment = served"
    )

    assert {(p.deployment, p.value) for p in answer.points} == {("blue", 5.0), (None, 1.0)}


def test_a_kpi_without_a_query_says_what_to_write(logs):
    [answer] = ask(logs, None)

    assert "has no `query` in the policy" in answer.problem


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("Approvals | project at", "no column `bucket`, only at"),
        ("Approvals | project bucket = model, value = asked", "'loan' as `bucket`"),
        ("Approvals | project bucket = at, value = asked, weight = model", "'loan' as `weight`"),
        ("Approvals | wherever x", "the query is wrong"),
        ("Nothing | project bucket, value", "names a table that does not exist"),
    ],
    ids=["columns", "time", "weight", "syntax", "table"],
)
def test_a_query_that_is_wrong_is_told_to_its_owner(logs, tables, query, sentence):
    approvals(tables, (naive(NOON - HOUR), "loan", 5.0, 10))

    wrong, missing, right = ask(logs, query, None, KPI)

    assert sentence in wrong.problem
    assert "has no `query`" in missing.problem
    assert len(right.points) == 1


def test_many_kpis_are_asked_in_few_calls_and_come_in_the_order_asked(logs, loopback, tables):
    rows = [(naive(NOON - HOUR), f"m{place}", 1.0, place) for place in range(45)]
    approvals(tables, *rows)
    query = (
        "Approvals | where model == tostring(parameters.kpi) | project bucket = at, value = asked"
    )

    answers = logs.kpis("loan", [question(query, name=f"m{place}") for place in range(45)])

    assert [answer.points[0].value for answer in answers] == list(range(45))
    assert len(loopback.router.requests("POST", BATCH)) == 3


def test_a_part_of_one_kpi_is_its_problem_and_of_all_of_them_is_asked_again(logs, tables):
    approvals(tables, (naive(NOON - HOUR), "loan", 5.0, 10))
    tables.partial = "The query ran out of memory."

    with pytest.raises(Unavailable, match="answered only a part"):
        ask(logs, KPI, KPI)
    part, wrong = ask(logs, KPI, "Nothing | project bucket, value")
    assert "answered only a part" in part.problem
    assert "does not exist" in wrong.problem


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        ("InsufficientAccessError", NoPermission, "Log Analytics Reader"),
        ("PathNotFoundError", NotFound, "no Log Analytics workspace"),
        ("ThrottledError", Unavailable, "Azure answered ThrottledError"),
    ],
)
def test_what_holds_for_every_query_of_a_call_is_raised(logs, loopback, code, error, sentence):
    body = {"error": {"code": code, "message": "No."}}

    def refuse(request):
        ids = [one["id"] for one in request.json()["requests"]]
        return Answer(body={"responses": [{"id": one, "status": 4, "body": body} for one in ids]})

    loopback.router.add("POST", BATCH, refuse)

    with pytest.raises(error, match=sentence):
        ask(logs, KPI)


def test_a_part_of_an_answer_is_never_taken_for_all_of_it(logs, tables):
    log_traffic(tables, (10, "ep", "blue"))
    tables.partial = "The query ran out of memory."

    with pytest.raises(Unavailable, match="answered only a part"):
        logs.requests("ep", NOON - HOUR, NOON)


def test_a_query_is_tried_once_more_and_no_more(logs, loopback, tables):
    log_traffic(tables, (10, "ep", "blue"))
    busy = refusal(504, "GatewayTimeout", "Later.")
    loopback.router.fail_next("POST", ROUTE, busy)
    assert logs.requests("ep", NOON - HOUR, NOON) == {"blue": 1}

    loopback.router.fail_next("POST", ROUTE, busy, busy)
    with pytest.raises(Unavailable, match="count the requests of ep"):
        logs.requests("ep", NOON - HOUR, NOON)


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(403, "InsufficientAccessError", "No."), NoPermission, "Log Analytics Reader"),
        (refusal(404, "PathNotFoundError", "No."), NotFound, f"workspace {WORKSPACE}"),
        (Answer(hang_up=True), Unavailable, "no answer"),
    ],
    ids=["forbidden", "missing", "silent"],
)
def test_a_fault_is_told_in_one_sentence(logs, loopback, answer, error, sentence):
    loopback.router.add("POST", ROUTE, lambda _: answer)

    with pytest.raises(error, match=sentence):
        logs.requests("ep", NOON - HOUR, NOON)


def test_a_query_says_how_long_it_may_take_and_which_span_it_reads(logs, loopback, tables):
    log_traffic(tables)
    logs.requests("ep", NOON - HOUR, NOON)

    [request] = loopback.router.requests("POST", ROUTE)
    assert "wait=60" in request.headers["prefer"]
    start, end = request.json()["timespan"].split("/")
    assert datetime.fromisoformat(end) == NOON
    assert datetime.fromisoformat(start) == NOON - HOUR - timedelta(days=14)
