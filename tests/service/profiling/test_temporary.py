"""What is kept while a profile is counted elsewhere goes a week later, and never too soon."""

import os
from datetime import timedelta

from shared.domain.event import Check
from shared.service.retention.temporary import KEPT, remove_temporary
from tests.service.collecting import DAY, collect
from tests.service.profiling.conftest import TINY


def counted(home, *, until_it_is_made):
    """A home in which rows are counted by parts."""
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    collect(scene, midnight - 2 * DAY, midnight, lines=12, rows=20)
    scene.application.service.fan_out(Check.DRIFT)
    if until_it_is_made:
        scene.drain()
    else:
        while scene.application.workers()["checks"].step():
            pass
    return scene


def names(scene):
    return sorted(path.stem for path in scene.home.rglob("profiling/*/*.json"))


def later(scene, duration):
    """What lies there was saved when the scene's clock says, and it is later by so much."""
    for path in scene.home.rglob("profiling/*/*.json"):
        os.utime(path, (scene.clock.now.timestamp(), scene.clock.now.timestamp()))
    scene.clock.advance(duration)


def test_orders_parts_and_sums_go_when_a_week_is_over(home):
    scene = counted(home, until_it_is_made=True)
    assert {"order", "part-00000", "made"} <= set(names(scene))
    before = len(names(scene))
    later(scene, KEPT - timedelta(hours=1))
    assert scene.application.retention().temporary == 0
    assert len(names(scene)) == before

    scene.clock.advance(timedelta(hours=2))

    assert scene.application.retention().temporary == before
    assert names(scene) == []
    assert scene.application.profiles.load("model/loan-default/7") is not None


def test_what_an_open_order_needs_stays(home):
    scene = counted(home, until_it_is_made=False)
    later(scene, KEPT + DAY)

    assert scene.application.retention().temporary == 0
    assert names(scene) == ["order"]


def test_an_order_goes_last_so_that_an_interrupted_run_goes_on(home):
    scene = counted(home, until_it_is_made=True)
    later(scene, KEPT + DAY)
    adapters = scene.application.adapters
    times = iter([True, True, False])

    removed = remove_temporary(
        adapters.profiles, adapters.ledger, scene.clock.now, lambda: next(times)
    )

    assert removed == 2
    assert "order" in names(scene)
