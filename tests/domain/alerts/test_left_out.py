"""What was told and has no room any more: its group stays open until it is over, and ends then."""

import pytest

from shared.domain.policy import Route
from shared.domain.state import AlertRecord, AlertStatus
from tests.domain.alerts.script import OF, Script, alert, fleet

FIRST, SECOND_ = alert("drift", signal="a"), alert("drift", signal="b")


@pytest.fixture
def full():
    """Two lesser alerts were told, in a group of their own; then come more than there is room."""
    script = Script(fleet=fleet(Route(to=["team"], group_by=["kind"])))
    script.raised(FIRST, SECOND_)
    script.at(60)
    assert script.told() == [(30, "first", "drift drift")]
    worse = [alert("errors", "critical", number=str(number)) for number in range(230)]
    for one in worse:
        script.truth[OF][one.fingerprint] = AlertRecord(
            alert=one, status=AlertStatus.FIRING, posted=script.now
        )
    script.look()
    script.at(120)
    assert script.state.scope.dropped == 32
    assert len(script.state.scope.lives) == 200
    script.told()
    return script


def of_drift(script):
    return [one for one in script.told() if "errors" not in one[2]]


def test_a_told_group_keeps_one_that_fires_and_is_over_with_the_last(full):
    full.ended(FIRST)
    full.at(400)
    assert all(reason != "all_resolved" for _, reason, _ in of_drift(full))

    full.ended(SECOND_)
    full.at(800)
    [(_, reason, _)] = of_drift(full)
    assert reason == "all_resolved"
    assert [w.labels for w in full.state.scope.groups.values()] == [{"kind": "errors"}]


def test_whichever_of_them_ends_first(full):
    full.ended(SECOND_)
    full.at(400)
    assert all(reason != "all_resolved" for _, reason, _ in of_drift(full))

    full.ended(FIRST)
    full.at(800)
    assert [reason for _, reason, _ in of_drift(full)][-1:] == ["all_resolved"]


def test_what_was_told_and_has_room_again_is_not_told_as_new(full):
    over = [alert("errors", "critical", number=str(number)) for number in range(80)]
    full.ended(*over, told=False)
    full.look()
    full.at(400).look()
    full.at(800).look()

    assert full.state.scope.dropped == 0
    assert of_drift(full) == []
