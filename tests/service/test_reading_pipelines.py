"""A promotion's run and what people said of it, read as they are now."""

from datetime import UTC, datetime

import pytest

from shared.adapters.embedded.pipelines import FilePipelines
from shared.domain.pipelines import PipelineOrder
from shared.domain.promotion import Phase, Promotion, RunReference
from shared.errors import Unavailable
from shared.service.readings.pipeline import read_pipeline

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)


def promotion(run=None):
    return Promotion(
        version="8", stage="production", phase=Phase.RUNNING, begun=NOW, since=NOW, run=run
    )


def reference(number=1):
    return RunReference(pipeline="12", number=number, started=NOW)


@pytest.fixture
def pipelines(tmp_path):
    (tmp_path / "pipelines/12").mkdir(parents=True)
    made = FilePipelines(tmp_path)
    made.start(PipelineOrder(pipeline="12", correlation="c", requested=NOW))
    return made


def test_a_run_is_read_with_who_approved_it_and_when(pipelines, tmp_path):
    path = tmp_path / "pipelines/12/1.yaml"
    step = "{asked: team, by: ada@contoso.com, status: approved, at: 2026-02-03T11:00:00Z}"
    path.write_text(f"{path.read_text()}approvals: [{{id: a, status: approved, steps: [{step}]}}]")

    reading = read_pipeline(promotion(reference()), pipelines, NOW)

    assert (reading.taken, reading.problem) == (NOW, None)
    assert reading.run.number == 1
    [approval] = reading.approvals
    assert (approval.steps[0].by, approval.steps[0].at.hour) == ("ada@contoso.com", 11)


def test_before_there_is_a_run_there_is_nothing_to_read(pipelines):
    reading = read_pipeline(promotion(), pipelines, NOW)

    assert (reading.run, reading.approvals, reading.problem) == (None, (), None)


def test_a_run_that_is_gone_is_a_problem(pipelines):
    reading = read_pipeline(promotion(reference(99)), pipelines, NOW)

    assert reading.problem == "Pipeline 12 has no run 99."


def test_a_platform_that_is_not_named_any_more_is_a_problem():
    reading = read_pipeline(promotion(reference()), None, NOW)

    assert reading.problem.startswith("Run 1 of 12 cannot be looked at")


def test_a_platform_that_does_not_answer_makes_the_event_come_again():
    class Silent:
        def run(self, pipeline, number):
            raise Unavailable(f"no answer on {pipeline} {number}")

    with pytest.raises(Unavailable):
        read_pipeline(promotion(reference()), Silent(), NOW)
