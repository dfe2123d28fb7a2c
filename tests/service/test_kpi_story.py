"""The endpoint is healthy and its predictions are wrong: told with what was deployed then."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.domain.event import Check
from shared.service.notices import notice_text

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = """\
model: churn
endpoint: churn-endpoint
owner: retention
kpis:
  - name: approval rate
    limit: 0.02
    relative: false
"""
BLUE = 'blue: {model: "churn:6", changed: 2026-01-01T00:00:00Z}'
GREEN = 'green: {model: "churn:7", changed: 2026-02-03T14:00:00Z}'
SHIFT = datetime(2026, 2, 3, 14, 0, tzinfo=UTC)
CHAT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.CognitiveServices/accounts/chat"
)


def traffic(scene, shares):
    there = BLUE if "green" not in shares else f"{BLUE}, {GREEN}"
    scene.endpoint(shares, f"{{{there}}}", name="churn-endpoint")


def tick(scene, *checks):
    for check in checks or (Check.ROUTING, Check.KPI):
        scene.application.service.fan_out(check)
        scene.drain()


def rows(until, *, split, lost):
    """An hour a row: approvals of each deployment, green losing some points."""
    generator = np.random.default_rng(4)
    time = SHIFT - 35 * DAY
    while time < until:
        for name, share in (split if time >= SHIFT else {"blue": 1.0}).items():
            weight = round(2000 * share)
            rate = 0.65 + 0.03 * np.sin(time.hour * np.pi / 12) - lost * (name == "green")
            yield time, int(generator.binomial(weight, rate)), weight, name
        time += HOUR


def tell(scene, *, lost=0.082, split=None, by_deployment=False):
    """The KPI's file as it is now, ten minutes after the hour."""
    split = split or {"blue": 0.5, "green": 0.5}
    told = list(rows(scene.clock.now - HOUR, split=split, lost=lost))
    if by_deployment:
        lines = ["time,value,weight,deployment"]
        lines += [f"{t.isoformat()},{v},{w},{name}" for t, v, w, name in told]
    else:
        lines, sums = ["time,value,weight"], {}
        for time, value, weight, _ in told:
            had = sums.get(time, (0, 0))
            sums[time] = had[0] + value, had[1] + weight
        lines += [f"{t.isoformat()},{v},{w}" for t, (v, w) in sums.items()]
    scene.write("workspace/kpis/churn/approval rate.csv", "\n".join(lines) + "\n")


@pytest.fixture
def churn(scene):
    """A month of a model that serves well."""
    scene.clock.now = SHIFT - HOUR + timedelta(minutes=10)
    scene.policy(POLICY)
    traffic(scene, "{blue: 100}")
    tell(scene)
    tick(scene)
    scene.clock.now = SHIFT + timedelta(minutes=5)
    return scene


def run(scene, *hours, **told):
    """Look so many hours after the shift; the hour of the first notice of the KPI, else None."""
    for hour in hours:
        scene.clock.now = SHIFT + hour * HOUR + timedelta(minutes=5)
        tell(scene, **told)
        tick(scene)
        if any(kind.startswith("kpi") for _, kind in scene.told()):
            return hour
    return None


def kpi_notices(scene):
    return [n for n in scene.notices if n["data"]["alert"]["kind"].startswith("kpi")]


def test_the_whole_notice_names_what_since_when_how_sure_what_it_means_and_the_way_back(churn):
    traffic(churn, "{blue: 50, green: 50}")
    tick(churn)

    assert run(churn, 2, 4, 6, 8) in {4, 6, 8}
    [notice] = kpi_notices(churn)
    text = notice_text(notice)
    assert text.startswith("CRITICAL churn: approval rate fell ")
    for part in (
        " points (",
        ") since churn:7 (green) took 50 % of churn-endpoint on Tuesday 2026-02-03 14:05 UTC: ",
        "where its weeks before let expect",
        "How sure: the interval has 95 % confidence whenever one looks; the evidence is",
        "what one false alarm in 90 days asks for",
        "What it means: ",
        "The policy accepts a fall of 2.0 points. Owner: retention.",
        "first: Undo it, then compare churn:7 with churn:6: az ml online-endpoint update "
        '--name churn-endpoint --traffic "blue=100 green=0"',
    ):
        assert part in text


def test_the_way_back_ends_it(churn):
    traffic(churn, "{blue: 50, green: 50}")
    tick(churn)
    run(churn, 10)
    traffic(churn, "{blue: 100, green: 0}")
    churn.clock.advance(3 * DAY)
    tell(churn, lost=0.0)
    tick(churn)

    actions = [notice["data"]["action"] for notice in kpi_notices(churn)]
    assert actions == ["PostAlert", "ResolveAlert"]


def test_a_canary_of_a_tenth_is_found_beside_the_other_while_the_whole_hardly_moves(churn):
    traffic(churn, "{blue: 90, green: 10}")
    tick(churn)

    found = run(churn, 3, 20, split={"blue": 0.9, "green": 0.1}, by_deployment=True)

    assert found == 20
    [notice] = kpi_notices(churn)
    assert notice["data"]["alert"]["kind"] == "kpi_differs"
    assert "churn:7 (green)" in notice["data"]["alert"]["text"]
    assert '--traffic "blue=100 green=0"' in notice["data"]["alert"]["first_step"]


def test_an_unchanged_kpi_is_told_of_by_nobody_whatever_was_routed(churn):
    traffic(churn, "{blue: 50, green: 50}")
    tick(churn)

    assert run(churn, 3, 12, 24, lost=0.0, by_deployment=True) is None


def remember(scene, **changes):
    """What another check of the endpoint leaves behind."""
    ledger, subject = scene.application.ledger, "endpoint/churn-endpoint"
    stored = ledger.state(subject)
    ledger.commit(
        subject=subject,
        version=stored.version,
        event_key="health",
        now=scene.clock.now,
        decision={"hash": "health"},
        state={**stored.state, **changes},
        messages=[],
    )


def test_that_the_endpoint_answers_is_said_where_its_health_was_looked_at(churn):
    traffic(churn, "{blue: 50, green: 50}")
    tick(churn)
    remember(churn, checks={"health": "2026-02-03T14:00:00Z"})
    run(churn, 10)

    [notice] = kpi_notices(churn)
    assert "churn-endpoint answers (no alert of errors" in notice["data"]["alert"]["text"]


def test_an_endpoint_with_errors_is_not_said_to_answer(churn):
    traffic(churn, "{blue: 50, green: 50}")
    tick(churn)
    texts = dict.fromkeys(("title", "text", "first_step"), "")
    of = {"kind": "errors", "subject": "endpoint/churn-endpoint", "severity": "critical"}
    alert = {**of, **texts, "since": "2026-02-03T14:00:00Z"}
    record = {"alert": alert, "status": "firing", "posted": "2026-02-03T14:00:00Z"}
    remember(churn, checks={"health": "2026-02-03T14:00:00Z"}, alerts={"1": record})
    run(churn, 10)

    [notice] = kpi_notices(churn)
    assert "churn-endpoint answers" not in notice["data"]["alert"]["text"]


def test_values_that_stop_are_told_and_the_end_of_it_too(churn):
    churn.clock.advance(5 * HOUR)
    tick(churn, Check.KPI)
    assert [n["data"]["alert"]["kind"] for n in kpi_notices(churn)] == ["kpi_silent"]

    tell(churn, lost=0.0)
    churn.clock.advance(timedelta(minutes=5))
    tick(churn, Check.KPI)
    assert churn.told()[-1] == ("ResolveAlert", "kpi_silent")


def outcomes(scene, *, broken=False):
    """One row a decision, as a team keeps them, in a data asset."""
    generator = np.random.default_rng(6)
    times, approved, served = [], [], []
    for time, value, weight, name in rows(SHIFT + DAY, split={"blue": 1.0}, lost=0.0):
        few = weight // 40
        rate = value / weight - (0.3 if time >= SHIFT else 0.0)
        times += [time + HOUR * float(place) / few for place in range(few)]
        approved += list(generator.random(few) < rate)
        served += [name] * few
    table = pa.table({"at": pa.array(times), "approved": approved, "deployment": served})
    path = scene.home / "workspace/data/outcomes.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)
    scene.write("workspace/data/outcomes.yaml", "paths: outcomes.parquet\n")
    column = "refused" if broken else "approved"
    scene.policy(POLICY + f"    table: {{data: outcomes, time: at, value: {column}, every: 1h}}\n")


def test_a_table_with_one_row_a_decision_is_a_kpi(churn):
    outcomes(churn)
    churn.clock.now = SHIFT + DAY + timedelta(minutes=10)

    tick(churn, Check.KPI)

    assert [n["data"]["alert"]["kind"] for n in kpi_notices(churn)] == ["kpi_changed"]


def test_a_table_that_cannot_be_read_is_an_error_that_names_the_column(churn):
    outcomes(churn, broken=True)

    tick(churn, Check.KPI)

    decision = churn.last("model/churn")
    assert decision["verdict"] == "error"
    assert decision["findings"][0]["sentence"] == (
        "The KPI approval rate cannot be read: The files of outcomes have no column refused, only "
        "at, approved, deployment."
    )


def test_a_table_there_is_not_spoils_no_other_kpi(churn):
    churn.policy(POLICY + "  - {name: gone, table: {data: nothing}}\n")
    tick(churn, Check.KPI)

    sentences = [f["sentence"] for f in churn.last("model/churn")["findings"]]
    assert "The KPI gone cannot be read: The workspace has no data asset nothing." in sentences
    assert any("instead of the expected" in sentence for sentence in sentences)


def test_throttling_of_an_ai_service_is_watched_without_any_endpoint(scene):
    generator = np.random.default_rng(7)
    scene.clock.now = SHIFT + 6 * HOUR + timedelta(minutes=10)
    lines = ["time,value,StatusCode,ModelDeploymentName"]
    time = SHIFT - 35 * DAY
    while time < scene.clock.now - HOUR:
        requests = int(generator.poisson(1500))
        refused = int(generator.binomial(requests, 0.01 if time < SHIFT else 0.06))
        for status, number in (("200", requests - refused), ("429", refused)):
            if number:
                lines.append(f"{time.isoformat()},{number},{status},gpt")
        time += HOUR
    scene.write("workspace/metrics/chat/AzureOpenAIRequests.csv", "\n".join(lines) + "\n")
    scene.policy(
        "model: chat\n"
        "kpis:\n"
        "  - name: throttled\n"
        "    direction: rise\n"
        "    limit: 0.02\n"
        "    relative: false\n"
        "    metric:\n"
        f"      resource: {CHAT}\n"
        "      name: AzureOpenAIRequests\n"
        "      dimensions: {ModelDeploymentName: gpt, StatusCode: '429'}\n"
        "      per: AzureOpenAIRequests\n"
        "      per_dimensions: {ModelDeploymentName: gpt}\n"
    )
    tick(scene, Check.KPI)

    [notice] = scene.notices
    text = notice_text(notice)
    assert text.startswith("CRITICAL chat: throttled rose ")
    assert "points since Tuesday 2026-02-03 14:00 UTC" in text
    assert "It is read from the metric AzureOpenAIRequests of chat." in text
