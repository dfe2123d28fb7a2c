"""A look that waited is one of many: it leaves the windows of before as one in one piece does.

Longer than most: two homes with some days of collected rows each.
"""

import pytest

from shared.domain.event import Check
from shared.service.profiling.pieces import CUT_ELSEWHERE
from tests.service.collecting import DAY, HOUR, collect
from tests.service.profiling.conftest import BLUE, POLICY, TINY
from tests.service.profiling.test_parts_story import (
    answers,
    fan_out,
    moved,
    step_checks,
    told,
    unhashed,
)

MADE = "io.driftgate.ProfileMade"


@pytest.mark.parametrize(
    "drift", ["{window: 2d}", "{window: 1d}", "{window: 6h, every: 6h, alarm: limits}"]
)
def test_windows_of_before_are_told_of_as_if_all_was_counted_in_one_piece(home, drift):
    """What an order does not need is not among its files, and is not gone for that."""
    policy = POLICY.replace("{window: 2d}", drift) + "collection: {late: 7h}\n"
    seen = {}
    for name, capacity in (("whole", None), ("parts", TINY)):
        scene = home(name, **({} if capacity is None else {"capacity": capacity}), policy=policy)
        midnight = scene.clock.now.replace(minute=0)
        collect(scene, midnight - 2 * DAY, midnight, inputs=moved, outputs=answers)
        seen[name] = [scene.look(Check.DRIFT)]
        for step in range(1, 5):
            begun = midnight + (step - 1) * 6 * HOUR
            collect(scene, begun, begun + 6 * HOUR, inputs=moved, outputs=answers, seed=step + 1)
            scene.clock.advance(6 * HOUR)
            seen[name].append(scene.look(Check.DRIFT))
        seen[f"state of {name}"] = scene.application.ledger.state("model/loan-default").state

    assert seen["parts"][-1]["event"]["type"] == MADE
    for whole, parts in zip(seen["whole"], seen["parts"], strict=True):
        assert (parts["verdict"], told(parts)) == (whole["verdict"], told(whole))
    one, other = (seen[f"state of {name}"]["drift"] for name in ("whole", "parts"))
    assert unhashed(other["windows"]) == unhashed(one["windows"])


def test_a_profile_of_the_version_before_is_not_taken_for_one_of_the_next(home, registered):
    """Both were trained on the same rows, so their bins are the same: their answers are not."""
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    collect(scene, midnight - 2 * DAY, midnight, inputs=moved, outputs=answers)
    fan_out(scene)
    step_checks(scene)
    scene.model("8", "metrics: {auc: 0.9}\n")
    scene.endpoint("{blue: 100}", BLUE.replace("loan-default:7", "loan-default:8"))
    scene.send(registered("8"))

    scene.drain()

    decision = scene.last("model/loan-default")
    finding = decision["findings"][0]
    assert (decision["event"]["type"], finding["verdict"]) == (MADE, "error")
    assert "The version of loan-default that is watched changed" in finding["sentence"]
    scene.clock.advance(HOUR)
    assert scene.look(Check.DRIFT)["event"]["type"] == MADE
    assert scene.last("model/loan-default")["verdict"] == "fail"


def test_windows_of_another_length_are_counted_once_more(home):
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    collect(scene, midnight - 2 * DAY, midnight, inputs=moved, outputs=answers)
    fan_out(scene)
    step_checks(scene)
    scene.policy(POLICY.replace("2d", "1d"))

    scene.drain()

    finding = scene.last("model/loan-default")["findings"][0]
    assert (finding["verdict"], finding["sentence"]) == ("error", CUT_ELSEWHERE)
    scene.clock.advance(HOUR)
    again = scene.look(Check.DRIFT)
    assert (again["event"]["type"], again["findings"][0]["n"]) == (MADE, 720)


def test_where_the_policy_was_taken_away_nothing_is_waited_for(home):
    scene = home("parts", TINY)
    midnight = scene.clock.now.replace(minute=0)
    collect(scene, midnight - 2 * DAY, midnight, inputs=moved, outputs=answers)
    fan_out(scene)
    step_checks(scene)
    assert scene.application.ledger.state("model/loan-default").state["drift"]["ordered"]
    for path in (scene.home / "policies").iterdir():
        path.unlink()

    scene.drain()

    assert scene.application.ledger.state("model/loan-default").state["drift"]["ordered"] is None
