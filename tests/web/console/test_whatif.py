"""A changed policy is tried on what has happened, in the browser."""

import pytest

from shared.web.console.whatif import whatif
from tests.web.console.reading import Console

POLICY = "model: loan-default\nendpoint: loan-endpoint\nrouting: {grace: 30m}\n"


@pytest.fixture
def happened(scene, completed):
    """A deployment without traffic was told of after its grace."""
    from datetime import timedelta

    scene.policy(POLICY)
    scene.endpoint("{blue: 100, green: 0}", "{blue: {}, green: {}}")
    scene.send(completed("green"))
    scene.clock.now += timedelta(minutes=31)
    scene.drain()
    return scene


def test_the_form_begins_with_the_policy_as_it_was_written(happened):
    page = Console(happened, "viewer").get("/console/whatif?model=loan-default")

    assert page.form("/console/whatif").fields["policy"] == POLICY


def test_another_grace_would_have_raised_no_alert(happened):
    console = Console(happened, "viewer")
    form = console.get("/console/whatif?model=loan-default").form("/console/whatif")

    page = console.post(form.action, **{**form.fields, "policy": POLICY.replace("30m", "2h")})

    assert page.status == 200
    assert page.h1 == "What if the policy of loan-default had held?"
    assert "-1 alerts raised" in page.text


def test_the_same_policy_would_have_changed_nothing(happened):
    page = Console(happened).post("/console/whatif", policy=POLICY, since="30d")

    assert "Nothing would have been different." in page.text


def test_a_mistake_stands_beside_what_was_typed(happened):
    page = Console(happened).post("/console/whatif", policy="model: x\ngatez: 1\n", since="30d")

    assert page.status == 400
    assert "gatez" in page.text
    assert page.form("/console/whatif").fields["policy"] == "model: x\ngatez: 1"


def test_a_second_one_at_the_same_time_is_asked_to_wait(happened):
    with whatif._RUNNING:
        page = Console(happened).post("/console/whatif", policy=POLICY, since="30d")

    assert (page.status, page.h1) == (429, "Too often")
