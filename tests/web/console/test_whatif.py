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


def test_a_second_one_at_the_same_time_is_asked_to_wait_with_what_was_typed_kept(happened):
    with whatif._RUNNING:
        page = Console(happened).post("/console/whatif", policy=POLICY, since="30d")

    assert page.status == 429
    assert "Another what-if is under way; try again in a minute." in page.text
    assert page.form("/console/whatif").fields["policy"] == POLICY.strip()


def test_one_that_takes_too_long_is_given_up_and_lets_the_next_one_in(happened, monkeypatch):
    """A thread that went on for ever would keep everybody else out, and a core."""
    with monkeypatch.context() as patched:
        patched.setattr(whatif, "MOST_SECONDS", -1)
        page = Console(happened).post("/console/whatif", policy=POLICY, since="30d")

    assert page.status == 400
    assert "let it look back less far, or run `driftgate whatif`" in page.text
    assert page.form("/console/whatif").fields["policy"] == POLICY.strip()
    assert Console(happened).post("/console/whatif", policy=POLICY, since="30d").status == 200


@pytest.mark.parametrize(
    ("policy", "since"),
    [
        ("&a [*a]", "30d"),
        ("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b]", "30d"),
        ("!!python/object/apply:os.system [id]", "30d"),
        ("[" * 5_000, "30d"),
        (POLICY, "9" * 3_000 + "d"),
        (POLICY, "-1d"),
        (POLICY, "0001-01-01"),
        (POLICY, "Friday 99:99Z"),
        ("\x00\ud7ff", "30d"),
    ],
)
def test_a_hostile_policy_or_span_is_a_sentence_and_lets_the_next_one_in(happened, policy, since):
    page = Console(happened).post("/console/whatif", policy=policy, since=since)

    assert page.status in {200, 400}
    assert not whatif._RUNNING.locked()
