"""Two orders of one model that are open at once: neither keeps the other from being looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.event import Check, check_due
from shared.domain.policy import Engine
from shared.domain.profiling import Profiling, ProfilingPhase, ProfilingWatch
from shared.domain.state import SubjectState
from shared.errors import NotFound
from shared.service.reactions.profiling import REACTION
from shared.service.world import World
from tests.conftest import NOON

SUBJECT = "profiling/loan-default"


class Nothing:
    """A workspace that has no job."""

    def job(self, name):
        raise NotFound(f"There is no job {name}.")


def state():
    one = Profiling(
        order="a" * 20,
        engine=Engine.SPARK,
        phase=ProfilingPhase.RUNNING,
        size="1 file",
        asked=NOON,
        changed=NOON,
        job="job-a",
    )
    other = replace(one, order="b" * 20, job="job-b", changed=NOON + timedelta(minutes=5))
    return replace(SubjectState(), profiling=ProfilingWatch(profilings=(one, other)))


@pytest.fixture
def looked_at(home):
    """Which of the orders a check is about."""
    app = home("world").application
    world = replace(World.of(app.adapters, app.settings), jobs=Nothing())

    def look(minutes, **data):
        due = check_due(Check.PROFILING, SUBJECT, NOON + timedelta(minutes=minutes), data)
        return REACTION.gather(due, None, state(), world, due.time).order

    return look


@pytest.mark.parametrize("job", ["job-a", "job-b"])
def test_the_end_of_a_job_is_looked_at_in_the_order_it_counted(looked_at, job):
    assert looked_at(10, run=job, status="completed") == job[-1] * 20


def test_a_timer_looks_at_each_in_its_turn(looked_at):
    assert {looked_at(minutes) for minutes in range(10, 130, 10)} == {"a" * 20, "b" * 20}
