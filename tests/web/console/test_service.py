"""The service's own page: what waits, what was put aside, which replays run."""

import pytest

from tests.service.test_dead_letters import note
from tests.web.console.reading import Console


@pytest.fixture
def letters(scene):
    notes = scene.application.adapters.notes
    notes.keep(note())
    notes.keep(note(message_id="m-2", reason="MalformedPayload"))
    return Console(scene).get("/console/service")


def test_with_nothing_wrong_it_says_so(scene):
    page = Console(scene).get("/console/service")

    assert page.h1 == "Driftgate is well."
    assert "Nothing is put aside" in page.text


def test_a_policy_that_cannot_be_used_is_named_with_its_fix(scene):
    scene.policy("model: loan-default\ngatez: {}\n")
    page = Console(scene).get("/console/service")

    assert page.h1 == "Driftgate needs somebody."
    assert "gatez" in page.text
    assert "gatez" in Console(scene).get("/console").text


def test_what_was_put_aside_has_its_reason_and_leads_to_the_whole_of_it(scene, letters):
    assert "MalformedPayload" in letters.text
    address = next(one for one, _ in letters.links if "/put-aside/" in one)

    page = Console(scene).get(address)

    assert "Send it again" in page.text
    assert "Throw it away" in page.text
    assert "Throw it away" not in Console(scene, "operator").get(address).text


def test_an_administrator_throws_one_away_and_it_is_gone(scene, letters):
    console = Console(scene)
    address = next(one for one, _ in letters.links if "/put-aside/" in one)
    form = console.get(address).form("/console/service/put-aside/purge")

    answer = console.post(form.action, **{**form.fields, "reason": "nobody needs it"})

    assert (answer.status, answer.location) == (303, "/console/service?said=purged")
    assert console.get(address).status == 404


@pytest.mark.usefixtures("letters")
def test_nothing_chosen_is_said(scene):
    answer = Console(scene).post("/console/service/put-aside/resubmit", reason="r")

    assert answer.status == 400
    assert "No message is chosen; check one at least." in answer.text


@pytest.mark.usefixtures("letters")
def test_who_may_only_read_sees_the_reasons_and_no_form(scene):
    page = Console(scene, "viewer").get("/console/service")

    assert "MalformedPayload" in page.text
    assert page.forms == []
