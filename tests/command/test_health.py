"""The health of an endpoint on the spot: a table for people, one document for programs."""

import json
from datetime import UTC, datetime, timedelta

import pytest

LINES = "time,deployment,status,duration_ms,model_status\n"


@pytest.fixture
def workspace(tmp_path):
    """Files of an endpoint whose calls came ten minutes ago."""
    at = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()

    def write(**counts):
        folder = tmp_path / "home/workspace"
        for name in ("endpoints", "requests", "load"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "endpoints/ep.yaml").write_text(
            "traffic: {blue: 80, green: 20}\n"
            "deployments: {blue: {instances: 1}, green: {instances: 2}}\n"
        )
        lines = [
            f"{at},{name},{status},20,"
            for name, (good, bad) in counts.items()
            for status, count in ((200, good), (500, bad))
            for _ in range(count)
        ]
        (folder / "requests/ep.csv").write_text(LINES + "\n".join(lines) + "\n")
        now = datetime.now(UTC)
        load = [
            f"{(now - timedelta(minutes=minute)).isoformat()},green,i1,97,40,,,Ready"
            for minute in range(1, 31)
        ]
        head = "time,deployment,instance,cpu,memory,disk,gpu,state\n"
        (folder / "load/ep.csv").write_text(head + "\n".join(load) + "\n")

    return write


def test_a_person_sees_a_row_a_deployment_and_what_is_wrong(run, workspace):
    workspace(blue=(1200, 0), green=(100, 30))
    done = run("health", "ep")

    assert (done.returncode, done.stderr) == (2, "")
    told = " ".join(done.stdout.split())
    assert "green 20 % 130 30 (23.1 %) 11 to 39.3 % 0 20/20/20/20 97 % 40 % 1 of 2 fail" in told
    assert "fail Deployment green of ep answered 23.1 % of its calls with errors" in told
    assert "fail An instance of deployment green of ep held 97 % cpu" in told
    assert "fail Deployment green of ep has 1 of 2 instances ready" in told
    assert told.endswith("Verdict: fail")


def test_a_program_gets_every_number(run, workspace):
    workspace(blue=(1200, 0), green=(100, 30))
    found = json.loads(run("health", "ep", "--json").stdout)

    assert (found["endpoint"], found["verdict"]) == ("ep", "fail")
    blue, green = found["deployments"]
    assert (blue["deployment"], blue["verdict"], blue["share"]) == ("blue", "pass", 80.0)
    assert (green["served"]["requests"], green["served"]["errors"]) == (130, 30)
    assert green["error_rate_low"] < green["error_rate"] < green["error_rate_high"]
    assert (green["load"]["cpu"], green["instances_ready"], green["instances"]) == (97.0, 1, 2)
    assert green["served"]["latency"]["95"] == 20.0
    start, end = (datetime.fromisoformat(found[key]) for key in ("start", "end"))
    assert end - start == timedelta(hours=1)


def test_a_look_keeps_nothing_and_judges_instances_that_nobody_calls(run, workspace):
    workspace(blue=(20, 0), green=(0, 0))
    done = run("health", "ep")

    assert done.returncode == 2
    assert json.loads(run("status", "--json").stdout)["subjects"] == []


def test_an_endpoint_that_answers_too_few_calls_exits_four(run, tmp_path, workspace):
    workspace(blue=(20, 0), green=(20, 0))
    (tmp_path / "home/workspace/load/ep.csv").unlink()

    assert run("health", "ep").returncode == 4


def test_an_endpoint_that_answers_well_exits_zero(run, tmp_path, workspace):
    workspace(blue=(1200, 0), green=(1200, 0))
    (tmp_path / "home/workspace/load/ep.csv").unlink()

    done = run("health", "ep")
    assert done.returncode == 0
    assert "Verdict: pass" in done.stdout


def test_an_endpoint_that_is_not_there_is_a_fault_in_one_sentence(run, workspace):
    workspace()
    done = run("health", "nowhere")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "The workspace has no online endpoint nowhere.\n"


def test_an_endpoint_without_deployments_has_no_row(run, tmp_path, workspace):
    workspace()
    (tmp_path / "home/workspace/endpoints/ep.yaml").write_text("traffic: {}\n")
    done = run("health", "ep", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout)["deployments"] == []
