"""What is passed by undecided would have been decided as it was: nothing shows that it was not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.policy import Policy
from shared.domain.policy.routing import TrafficChanges
from tests.whatif.staged import staged


def routing(**changes: object) -> Callable[[Policy], Policy]:
    return lambda one: replace(one, routing=replace(one.routing, **changes))


def drift(**changes: object) -> Callable[[Policy], Policy]:
    return lambda one: replace(one, drift=replace(one.drift, **changes))


def kpis(**changes: object) -> Callable[[Policy], Policy]:
    return lambda one: replace(one, kpis=[replace(kpi, **changes) for kpi in one.kpis])


CHANGES = {
    "planned": routing(changes=TrafficChanges.PLANNED),
    "grace": routing(grace=timedelta(minutes=90)),
    "drift limit": drift(limit=0.05),
    "drift window": drift(window=timedelta(hours=12)),
    "KPI limit up": kpis(limit=0.5),
    "KPI limit down": kpis(limit=0.05),
    "KPI confidence": kpis(confidence=0.5),
}
STORIES = {
    1: ("planned", "grace"),
    45: ("planned", "grace"),
    58: ("drift limit", "drift window"),
    60: ("KPI limit up", "KPI limit down", "KPI confidence"),
    61: ("KPI limit up", "KPI limit down", "KPI confidence"),
}


@pytest.fixture(scope="module", params=STORIES)
def story(request):
    with staged(request.param) as played:
        yield played, STORIES[request.param]


def test_as_little_as_can_be_decided_again_tells_what_deciding_everything_again_tells(story):
    played, names = story
    for name in names:
        changed = [CHANGES[name](one) for one in played.application.policies.all()]
        short, whole = played.short(*changed), played.forced(*changed)

        assert told(short.simulated) == told(whole.simulated), name
        assert turned(short) == turned(whole), name
        assert dict(short.undecidable) == dict(whole.undecidable), name
        assert short.again <= whole.again


@pytest.mark.parametrize("number", [123, 126, 127, 128, 131, 139])
def test_a_look_at_alerts_reads_of_what_stands_as_then_what_its_states_would_tell(number):
    with staged(number) as played:
        fleet = played.application.policies.fleet()
        others = replace(fleet.receivers[-1], name="others")
        fleet = replace(fleet, receivers=[*fleet.receivers, others], routes=[], default="others")
        short, whole = played.short(fleet=fleet), played.forced(fleet=fleet)

        assert sent(short.simulated) == sent(whole.simulated)
        assert "others" in {one[-1] for one in sent(short.simulated)}
        assert 0 < short.again < whole.again


def sent(course):
    """What reached a receiver; where the fleet's file alone differs, nothing else is looked at."""
    return [one for one in told(course) if one[-1]]


def told(course):
    return [(one.what, one.at, one.identity, one.title, one.receiver) for one in course]


def turned(course):
    return sorted(
        (one.at, one.subject, one.event, one.flips) for one in course.differing if one.flips
    )
