"""A dry run upon the world as it is now: what would be decided, and nothing of it happens."""

import json
from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.domain.replay import Of, Selection
from shared.errors import Refused, Unavailable
from shared.ports import Message
from shared.service.replaying.reading import Reading
from shared.service.replaying.scratch import NoSender, scratch_service
from shared.service.replaying.told import Came
from tests.service.replaying.lost import completed, keep
from tests.service.replaying.test_dry_run import files

ENDPOINT = "endpoint/a"
FAILED = "{blue: {}, green: {provisioning_state: Failed}}"


@pytest.fixture
def application(scene):
    scene.endpoint("{blue: 100}", "{blue: {}}", name="a")
    scene.write("policies/fleet.yaml", "receivers: []\n")
    return scene.application


def told(application, **asked):
    return list(application.dry_run(Selection(**asked), now=True).told())


def test_the_world_as_it_is_now_is_looked_at_and_the_difference_told(scene, application):
    application.service.handle(completed("a", "e1", scene.clock.now))
    keep(application, completed("a", "e1", scene.clock.now), scene.clock.now)
    assert [one.came for one in told(application)] == [Came.SAME]

    scene.endpoint("{blue: 100}", FAILED, name="a")
    scene.clock.advance(timedelta(hours=2))
    [one] = told(application)

    assert (one.came, one.recorded, one.now) == (Came.DIFFERS, "pass", "fail")
    assert ("action", None) in [(other.what, other.before) for other in one.differences]


def test_what_was_lost_is_told_with_what_would_be_decided(scene, application):
    keep(application, completed("a", "e1", scene.clock.now), scene.clock.now)

    [one] = told(application)

    assert (one.came, one.recorded, one.now) == (Came.LOST, None, "pass")
    assert {other.before for other in one.differences} <= {None, "none"}


def test_each_is_decided_upon_the_state_that_the_one_before_would_leave(scene, application):
    scene.endpoint("{blue: 100}", FAILED, name="a")
    for number in (1, 2):
        keep(application, completed("a", f"e{number}", scene.clock.now), scene.clock.now)
    scene.clock.advance(timedelta(hours=2))

    first, second = told(application)

    def posts(one):
        return [other.after for other in one.differences if "PostAlert" in other.of]

    assert (len(posts(first)), posts(second)) == (1, [])


def test_nothing_is_written_sent_or_logged_by_it(scene, application, caplog):
    for number in (1, 2):
        keep(application, completed("a", f"e{number}", scene.clock.now), scene.clock.now)
    scene.send(b"{ broken")
    application.service.fan_out(Check.ROUTING)
    scene.drain()
    caplog.clear()
    before = files(scene.home)

    assert len(told(application)) == 3
    assert len(told(application, of=Of.CHAINS)) == 1

    assert files(scene.home) == before
    assert not caplog.records


def test_a_world_that_does_not_answer_is_one_line_and_the_next_is_told(
    scene, application, monkeypatch
):
    scene.endpoint("{blue: 100}", "{blue: {}}", name="b")
    for name in "ab":
        keep(application, completed(name, f"e-{name}", scene.clock.now), scene.clock.now)
    workspace = application.workspace
    whole = workspace.endpoint

    def endpoint(name):
        if name == "a":
            raise Unavailable("Azure does not answer.")
        return whole(name)

    monkeypatch.setattr(workspace, "endpoint", endpoint)

    first, second = told(application)

    assert (first.came, first.sentence) == (Came.UNKNOWN, "Azure does not answer.")
    assert (second.came, second.now) == (Came.LOST, "pass")


def test_the_ports_of_a_dry_run_refuse_every_write(scene, application):
    """Whoever would write through them, by whatever mistake, gets a refusal."""
    reading = Reading.of(application.adapters)
    scratch = scratch_service(application.adapters, application.settings, application.clock)
    message = Message(id="1", queue="checks", session="s", body={})
    world = scratch._world
    payload = json.dumps(completed("a", "e1", scene.clock.now)).encode()

    for write in (
        lambda: reading.archive.put(None),
        lambda: reading.evidence.put(b""),
        lambda: reading.ledger.mark_sent([]),
        lambda: reading.ledger.commit(
            subject="s", version=0, event_key="k", now=None, decision={}, state={}, messages=[]
        ),
        lambda: NoSender().send([message]),
        lambda: world.jobs.start(None),
        lambda: world.pipelines.start(None),
        lambda: scratch.receive(payload, via="test"),
    ):
        with pytest.raises(Refused, match="A dry run writes nothing"):
            write()
