"""Traffic in the hands of a rollout and of people, through the ledger, the queue and the files."""

from datetime import timedelta

import pytest

from tests.service.test_promotion_run_story import BOTH, Delivery, delivery

__all__ = ["delivery"]


@pytest.fixture
def rolling(delivery: Delivery):
    """Half of the traffic is with version 8, and bakes."""
    delivery.approve("anna@example.org")
    delivery.run(state="completed", result="succeeded")
    delivery.pass_(10)
    assert delivery.traffic() == {"blue": 50.0, "green": 50.0}
    return delivery


def rollouts(delivery):
    return [
        (notice["data"]["action"], notice["data"]["alert"]["labels"]["cause"])
        for notice in delivery.scene.notices
        if notice["data"]["alert"]["kind"] == "rollout_stopped"
    ]


def test_people_who_move_it_stop_the_rollout_and_let_it_go_on(rolling):
    rolling.scene.endpoint("{blue: 80, green: 20}", BOTH)
    rolling.pass_(60)
    assert rolling.traffic() == {"blue": 80.0, "green": 20.0}
    assert rollouts(rolling) == [("PostAlert", "changed")]

    rolling.scene.endpoint("{blue: 50, green: 50}", BOTH)
    rolling.pass_(10)
    assert rollouts(rolling)[1:] == [("ResolveAlert", "changed")]
    rolling.pass_(30)
    assert rolling.traffic() == {"green": 100.0}


def test_a_version_that_answers_errors_is_taken_out_before_its_bake_is_over(rolling):
    lines = ["time,deployment,status,duration_ms"]
    for second in range(0, 900, 2):
        at = rolling.now + timedelta(seconds=second)
        lines += [
            f"{at:%Y-%m-%dT%H:%M:%SZ},{name},{status},20"
            for name, status in (("blue", 200), ("green", 500))
        ]
    rolling.scene.write("workspace/requests/loan-endpoint.csv", "\n".join(lines) + "\n")
    rolling.pass_(20)

    assert rolling.traffic() == {"blue": 100.0}
    assert rolling.promotion()["phase"] == "rolled_back"
    assert ("PostAlert", "returned") in rollouts(rolling)
    [told] = [
        notice["data"]["alert"]
        for notice in rolling.scene.notices
        if notice["data"]["alert"]["labels"].get("cause") == "returned"
    ]
    assert told["title"] == (
        "loan-default:8 failed at step 1 of 2 and loan-endpoint has its traffic of before again"
    )
    assert "answered" in told["text"]
