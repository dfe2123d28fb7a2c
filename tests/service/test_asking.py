"""What a timer asks, of how many, and when: ten thousand subjects at once would be a stampede."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bootstrap import build
from shared.domain.event import Check
from shared.errors import NoPermission, Unavailable
from shared.service.asking import A_BATCH, delay, spread
from shared.settings import Settings
from tests.conftest import NOON, Scene, StoppedClock

PERIOD = timedelta(minutes=10)


class Workspace:
    """Lists endpoints, and counts every question."""

    def __init__(self, inner, count):
        self._inner = inner
        self.names = [f"endpoint-{number:05}" for number in range(count)]
        self.problem = None
        self.asked = Counter()

    def endpoints(self):
        if self.problem is not None:
            raise self.problem
        return self.names

    def __getattr__(self, name):
        self.asked[name] += 1
        return getattr(self._inner, name)


class Sender:
    """Keeps what was sent, a list a call; may fail from some call on."""

    def __init__(self):
        self.calls = []
        self.fails_after = None

    def send(self, messages):
        if self.fails_after is not None and len(self.calls) >= self.fails_after:
            raise Unavailable("The queue checks does not answer.")
        self.calls.append(list(messages))

    @property
    def messages(self):
        return [message for call in self.calls for message in call]


@pytest.fixture
def fleet(tmp_path: Path):
    def make(count):
        for folder in ("policies", "workspace/endpoints"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        settings = Settings(
            home=tmp_path, workspace=tmp_path / "workspace", policies=tmp_path / "policies"
        )
        clock, sender = StoppedClock(), Sender()

        def around(adapters):
            make.workspace = Workspace(adapters.workspace, count)
            return replace(adapters, workspace=make.workspace, sender=sender)

        application = build(settings, clock=clock, around=around)
        scene = Scene(home=tmp_path, clock=clock, application=application)
        scene.sender, scene.workspace = sender, make.workspace
        return scene

    return make


def test_up_to_a_hundred_subjects_are_asked_about_at_once(fleet):
    few = fleet(100)

    assert few.application.service.fan_out(Check.ROUTING) == 100
    assert {message.scheduled for message in few.sender.messages} == {NOON}


def test_thousands_are_spread_over_half_the_period_by_their_names(fleet):
    many = fleet(10_000)
    many.application.service.fan_out(Check.ROUTING)

    due = Counter((message.scheduled - NOON).total_seconds() for message in many.sender.messages)
    assert sum(due.values()) == 10_000
    assert 0 <= min(due) <= max(due) < PERIOD.total_seconds() / 2
    assert max(due.values()) < 3 * 10_000 / 300, "no second gets many more than its share"


def test_a_subject_is_looked_at_one_period_after_the_last_time(fleet):
    many = fleet(2_000)

    def turns():
        many.sender.calls.clear()
        many.application.service.fan_out(Check.ROUTING)
        return {message.session: message.scheduled for message in many.sender.messages}

    first = turns()
    many.clock.advance(PERIOD)
    second = turns()
    assert {second[name] - at for name, at in first.items()} == {PERIOD}


def test_a_timer_that_fires_twice_in_a_minute_asks_once(fleet):
    many = fleet(2_000)
    many.application.service.fan_out(Check.ROUTING)
    many.clock.advance(timedelta(seconds=40))
    many.application.service.fan_out(Check.ROUTING)

    ids = [message.id for message in many.sender.messages]
    assert len(ids) == 4_000
    assert len(set(ids)) == 2_000


def test_messages_are_made_and_sent_in_batches(fleet):
    many = fleet(2 * A_BATCH + 1)
    many.application.service.fan_out(Check.HEALTH)

    assert [len(call) for call in many.sender.calls] == [A_BATCH, A_BATCH, 1]


def test_what_was_sent_before_a_failure_stays_and_the_next_run_sends_the_rest(fleet):
    many = fleet(2 * A_BATCH)
    many.sender.fails_after = 1
    with pytest.raises(Unavailable):
        many.application.service.fan_out(Check.ROUTING)
    many.sender.fails_after = None
    many.application.service.fan_out(Check.ROUTING)

    assert len({message.id for message in many.sender.messages}) == 2 * A_BATCH


@pytest.mark.parametrize("check", list(Check))
def test_a_timer_reads_nothing_of_its_subjects(fleet, check):
    some = fleet(20)
    for number in range(20):
        some.write(
            f"policies/{number}.yaml", f"model: model-{number}\nendpoint: endpoint-{number}\n"
        )
    some.application.service.fan_out(check)

    assert some.workspace.asked == Counter()


def test_the_timer_of_batch_runs_reads_no_state_of_a_model_without_any(fleet, monkeypatch):
    some = fleet(0)
    for number in range(20):
        some.write(f"policies/{number}.yaml", f"model: model-{number}\n")
    read = []
    monkeypatch.setattr(some.application.ledger, "state", read.append)
    some.application.service.fan_out(Check.BATCH)

    assert read == []


def test_the_heartbeat_beats_where_the_workspace_does_not_answer(fleet):
    lost = fleet(3)
    lost.workspace.problem = Unavailable("Azure does not answer.")

    assert lost.application.service.heartbeat() == 1


def test_endpoints_that_may_not_be_listed_are_asked_about_by_what_is_known(scene, completed):
    scene.endpoint("{blue: 100}", "{blue: {}}")
    scene.send(completed("blue"))
    settings = scene.application.settings

    def around(adapters):
        workspace = Workspace(adapters.workspace, 0)
        workspace.problem = NoPermission(
            "Grant Driftgate's identity the role AzureML Data Scientist."
        )
        return replace(adapters, workspace=workspace)

    application = build(settings, clock=scene.clock, around=around)
    assert application.service.fan_out(Check.ROUTING) == 1
    assert application.queue.peek("checks")[-1].session == "endpoint/loan-endpoint"


def test_with_nothing_known_what_hinders_the_list_is_raised(fleet):
    lost = fleet(0)
    lost.workspace.problem = NoPermission("Grant Driftgate's identity a role.")

    with pytest.raises(NoPermission):
        lost.application.service.fan_out(Check.RECONCILE)


def test_a_few_subjects_more_move_the_turn_of_each_by_a_second_at_most():
    subjects = [f"endpoint/endpoint-{number}" for number in range(2_000)]
    fewer, more = spread(2_000, PERIOD), spread(2_020, PERIOD)

    assert more - fewer == timedelta(seconds=1)
    moved = [delay(subject, more) - delay(subject, fewer) for subject in subjects]
    assert {timedelta(), timedelta(seconds=1)} == set(moved)


def test_the_turn_of_a_subject_does_not_depend_on_the_others():
    over = spread(10_000, PERIOD)

    assert delay("endpoint/churn", over) == delay("endpoint/churn", over) < over
    assert delay("endpoint/churn", timedelta()) == timedelta()
