"""What becomes of a count in Log Analytics that is throttled, slow, partial or not allowed."""

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from shared.adapters.azure.gates import Gates
from shared.adapters.azure.logged_rows import LOGGED_AFTER, LONGEST_QUERY, AzureLoggedRows
from shared.errors import InvalidData, NoPermission, NotFound, Throttled, Unavailable
from shared.profiles import baseline
from tests.conftest import NOON
from tests.integration.loopback.log_analytics import WORKSPACE, serve_log_analytics
from tests.integration.loopback.server import refusal

HOUR = timedelta(hours=1)
QUERY = "/v1/workspaces/{workspace}/query"
TABLE, TIME = "LoanRows_CL", "TimeGenerated"
CUTS = [NOON - 2 * HOUR, NOON - HOUR, NOON]
WIDE = 20


def rows_of(count=200, columns=1):
    random = np.random.default_rng(7)
    made = {f"x{number}": random.normal(0.0, 1.0, count) for number in range(columns)}
    times = [NOON - float(part) * 2 * HOUR for part in random.random(count)]
    return pa.table({TIME: pa.array(times, pa.timestamp("us", "UTC")), **made})


BASE = baseline(rows_of(), columns=["x0"], bins=4).to_json()


@pytest.fixture
def tables(loopback):
    served = serve_log_analytics(loopback.router)
    served.load(TABLE, rows_of(), NOON)
    yield served
    served.close()


@pytest.fixture
def connected(loopback, credential):
    """Makes what asks, and closes it."""
    made = []

    def connect(**options):
        made.append(AzureLoggedRows(WORKSPACE, credential, endpoint=loopback.url, **options))
        return made[-1]

    yield connect
    for one in made:
        one.close()


def list_hours(rows):
    return rows.listed(TABLE, TIME, start=CUTS[0], end=CUTS[-1])


def count(rows):
    return rows.profiles(TABLE, TIME, BASE, CUTS)


ASKING = pytest.mark.parametrize("asking", [list_hours, count])


def asked(loopback):
    return loopback.router.requests("POST", QUERY)


def always(loopback, status, **headers):
    loopback.router.add("POST", QUERY, lambda _: refusal(status, "Code", "No.", **headers))


def test_a_profile_of_few_columns_is_the_schema_and_one_query(connected, tables):
    found = count(connected())

    assert sum(piece["rows"] for piece in found) == 200
    assert len(tables.queries) == 2


def test_no_row_leaves_the_workspace(connected, tables):
    """What is answered is a row a column of the schema, a piece or an hour, whatever there is."""
    rows = connected()

    count(rows)
    list_hours(rows)

    assert tables.rows_answered == [7, 2, 2]


def test_many_columns_are_counted_in_several_queries_one_after_the_other(connected, tables):
    wide = rows_of(columns=WIDE)
    tables.load("Wide_CL", wide, NOON)
    names = [name for name in wide.column_names if name != TIME]
    base = baseline(wide, columns=names)

    found = connected().profiles("Wide_CL", TIME, base.to_json(), CUTS)

    assert len(tables.queries) == 1 + 3
    assert max(len(query.encode()) for query in tables.queries) <= 64_000
    counts = [np.sum([p["columns"][n]["counts"] for p in found], axis=0) for n in names]
    assert [each.tolist() for each in counts] == [list(base.columns[name].counts) for name in names]


@ASKING
def test_a_throttled_count_says_how_long_to_wait_and_shuts_the_gate(connected, loopback, asking):
    always(loopback, 429, Retry_After="3600")
    rows = connected(gates=Gates())

    for _ in range(2):
        with pytest.raises(Throttled) as problem:
            asking(rows)
        assert problem.value.after == pytest.approx(3600, abs=60)

    assert len(asked(loopback)) == 1


@ASKING
def test_a_part_of_an_answer_is_none(connected, tables, asking):
    tables.partial = "The query used too much memory."

    with pytest.raises(Unavailable, match=r"answered only a part"):
        asking(connected())


@ASKING
def test_a_missing_role_is_named(connected, loopback, asking):
    always(loopback, 403)

    with pytest.raises(NoPermission, match="needs the role Log Analytics Reader"):
        asking(connected())


@ASKING
def test_a_workspace_that_is_not_there_is_named(connected, loopback, asking):
    always(loopback, 404)

    with pytest.raises(NotFound, match=f"Azure has no Log Analytics workspace {WORKSPACE}"):
        asking(connected())


@ASKING
def test_a_query_that_is_too_slow_is_asked_once_and_says_what_helps(connected, loopback, asking):
    always(loopback, 504)

    with pytest.raises(InvalidData, match=r"within 3 min; give a shorter `drift.window`, leave"):
        asking(connected())

    assert len(asked(loopback)) == 1


@ASKING
def test_a_service_that_fails_is_asked_again_by_the_next_message_only(connected, loopback, asking):
    always(loopback, 503)

    with pytest.raises(Unavailable, match="Azure answered 503"):
        asking(connected())

    assert len(asked(loopback)) == 1


@pytest.mark.usefixtures("tables")
def test_a_query_has_what_is_left_of_the_calls_time(connected, loopback):
    clock = iter([0.0, 0.0, 250.0])

    count(connected(seconds=300.0, clock=lambda: next(clock)))

    waits = [request.headers["prefer"] for request in asked(loopback)]
    assert waits == [f"wait={LONGEST_QUERY}", "wait=50"]


def test_a_call_whose_time_is_over_asks_no_more(connected, tables):
    clock = iter([0.0, 0.0, 300.0])

    with pytest.raises(InvalidData, match="Could not count the rows of LoanRows_CL within 5 min;"):
        count(connected(seconds=300.0, clock=lambda: next(clock)))

    assert len(tables.queries) == 1


@pytest.mark.usefixtures("tables")
def test_only_what_was_logged_of_the_window_is_read(connected, loopback):
    rows = connected()
    count(rows)

    spans = {json.loads(request.body)["timespan"] for request in asked(loopback)}
    assert spans == {"2026-02-03T10:00:00.000Z/2026-02-03T12:00:01.000Z"}


def test_rows_with_a_time_of_their_own_may_be_logged_later(connected, tables, loopback):
    tables.load("Late_CL", rows_of().append_column("at", rows_of().column(TIME)), NOON)

    connected().profiles("Late_CL", "at", BASE, CUTS)

    [span] = {json.loads(request.body)["timespan"] for request in asked(loopback)}
    assert span.endswith(f"/{NOON + LOGGED_AFTER:%Y-%m-%dT%H:%M:%S.000Z}")


@pytest.mark.parametrize("name", ["Loan'] | union ['Secrets", "A B", "x\n", "x" * 64])
def test_a_name_that_is_a_query_is_refused_before_anything_is_asked(connected, tables, name):
    with pytest.raises(NotFound):
        connected().profiles(name, TIME, BASE, CUTS)
    with pytest.raises(InvalidData):
        connected().profiles(TABLE, name, BASE, CUTS)

    assert tables.queries == []
