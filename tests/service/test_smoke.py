"""The smoke test writes down what was seen, and claims nothing that was not."""

from datetime import timedelta

import pytest

from shared.service.smoke import Answer, look
from shared.service.smoke.observation import Observation
from shared.service.smoke.report import to_markdown
from tests.conftest import NOON

DEPLOYED = "Does ModelDeployed fire for managed online endpoints?"
RESOURCE = "Does a resource event come when a deployment was written?"
DAY = timedelta(days=1)


def observe(scene, now):
    found = look(scene.application.adapters, NOON - DAY, now)
    return {one.question: one for one in found}


def deployment(changed):
    return f"{{blue: {{model: 'loan:1', changed: '{changed.isoformat()}'}}}}"


def test_nothing_seen_settles_nothing(scene):
    told = observe(scene, NOON)

    assert told["What came in?"].answer is Answer.UNKNOWN
    assert told[DEPLOYED].answer is Answer.UNKNOWN
    assert told[RESOURCE].answer is Answer.UNKNOWN


def test_an_event_near_a_deployments_change_is_its_event_and_a_silent_source_is_told(
    scene, completed
):
    scene.endpoint("{blue: 100}", deployment(NOON + timedelta(seconds=5)))
    scene.send(completed("blue", at=NOON + timedelta(seconds=35)))

    told = observe(scene, NOON + 3 * timedelta(hours=1))

    assert told[RESOURCE].answer is Answer.YES
    assert told[DEPLOYED].answer is Answer.NO
    assert told["Does it come when the writing ends, not when it begins?"].saw.startswith("30.0 s")


def test_a_change_of_a_moment_ago_may_still_be_told_of(scene, completed):
    scene.endpoint("{blue: 100}", deployment(NOON))
    scene.send(completed("green", at=NOON))

    assert observe(scene, NOON + timedelta(minutes=30))[RESOURCE].answer is Answer.UNKNOWN


def test_another_deployments_event_does_not_count(scene, completed):
    scene.endpoint("{blue: 100}", deployment(NOON + timedelta(seconds=5)))
    scene.send(completed("green", at=NOON))

    assert observe(scene, NOON + 3 * timedelta(hours=1))[RESOURCE].answer is Answer.NO


def test_it_is_counted_how_many_changes_name_somebody_and_nobody_is_named(scene, sample):
    scene.endpoint("{blue: 100}", deployment(NOON))
    question = "Do events name who changed an endpoint?"
    assert observe(scene, NOON)[question].answer is Answer.UNKNOWN
    payload = sample("arm_online_endpoint_write_success.derived.json")
    payload[0]["data"]["claims"] = {}
    scene.send(payload)
    assert observe(scene, NOON + DAY)[question].answer is Answer.NO

    payload[0] |= {"id": "2", "data": {**payload[0]["data"], "claims": {"upn": "anna@b.c"}}}
    scene.send(payload)
    told = observe(scene, NOON + DAY)[question]
    assert (told.answer, told.saw) == (Answer.YES, "1 of 2 changes")


def test_a_refused_payload_and_a_wrong_policy_are_told_with_their_sentences(scene):
    scene.write("policies/loan.yaml", "modell: loan\n")
    scene.application.service.receive(b"{}", via="test")

    told = observe(scene, NOON + DAY)

    assert "modell" in told["Is every policy valid?"].saw
    assert told["Was every payload understood?"].answer is Answer.NO


def test_a_reading_that_fails_is_told_and_the_others_are_still_made(scene):
    scene.policy("model: loan\nendpoint: ep\n")
    scene.endpoint("{}", "{}", name="ep")
    scene.write("workspace/endpoints/ep.yaml", "a: [")
    scene.model("1", "metrics: {auc: 0.9}\n", name="loan")

    told = observe(scene, NOON + DAY)

    assert told["What is deployed on ep?"].answer is Answer.FAULT
    assert told["Has loan:1 metrics of the run that made it?"].saw == "auc"
    assert told["Has loan:1 a signature?"].answer is Answer.NO


@pytest.mark.parametrize("name", ["a|b", "a\nb", "<script>", "[x](http://y)", "`a`"])
def test_a_name_stays_in_its_cell_of_the_page(name):
    one = Observation(topic="T", question=name, answer=Answer.YES, saw="x")

    page = to_markdown([one], NOON - DAY, NOON)

    [row] = [line for line in page.splitlines() if line.endswith("| yes | x |")]
    assert row.replace("\\|", "").count("|") == 4
    assert "<script" not in row
    assert "](" not in row


def test_the_words_for_an_instances_state_are_written_down(scene):
    question = "What states do the instances of loan-endpoint have?"
    scene.endpoint("{blue: 100}", "{blue: {}}")
    assert observe(scene, NOON)[question].answer is Answer.UNKNOWN

    rows = [
        f"{(NOON - timedelta(minutes=minute)).isoformat()},blue,i1,Warm" for minute in range(1, 15)
    ]
    content = "time,deployment,instance,state\n" + "\n".join(rows) + "\n"
    scene.write("workspace/load/loan-endpoint.csv", content)

    assert observe(scene, NOON)[question].saw == "blue 1 Warm"
