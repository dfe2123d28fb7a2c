"""An event's page: what it says, what was decided, and the same decided once more."""

import pytest

from tests.web.console.reading import Console


@pytest.fixture
def key(scene, completed) -> str:
    """A deployment without traffic came in and was decided."""
    scene.endpoint("{blue: 100, green: 0}", "{blue: {}, green: {}}")
    scene.send(completed("green"))
    return next(one.key for one in scene.application.archive.list() if one.via == "test")


def test_the_list_leads_to_each_event_and_says_why_one_was_refused(scene, key):
    scene.send(b"{no json")
    page = Console(scene, "viewer").get("/console/events")

    assert f"/console/events/{key}" in [address for address, _ in page.links]
    assert "refused" in page.text


def test_an_event_tells_what_was_found_and_done_and_what_it_says(scene, key):
    page = Console(scene).get(f"/console/events/{key}")

    assert page.h1 == "DeploymentCompleted of endpoint/loan-endpoint"
    assert "Deployment green of loan-endpoint receives 0 % of the traffic" in page.text
    assert "ScheduleCheck routing of endpoint/loan-endpoint" in page.text
    assert '"deployment": "green"' in page.text


def test_an_event_and_what_is_explained_of_it_lead_to_each_other(scene, key):
    console = Console(scene, "viewer")
    addresses = [one for one, _ in console.get(f"/console/events/{key}").links]
    [explained] = [one for one in addresses if one.startswith("/console/explain/event/")]

    assert f"/console/events/{key}" in [one for one, _ in console.get(explained).links]


def test_a_dry_run_from_what_was_recorded_says_that_it_is_the_same(scene, key):
    page = Console(scene, "viewer").get(f"/console/events/{key}/again")

    assert page.h1.startswith("It is decided as it was")


def test_a_dry_run_upon_the_world_of_now_shows_what_would_be_otherwise(scene, key):
    scene.endpoint("{blue: 0, green: 100}", "{blue: {}, green: {}}")
    page = Console(scene, "viewer").get(f"/console/events/{key}/again?evidence=now")

    assert page.h1 == "It would be decided otherwise now."
    assert "<ins>" in page.html
    assert "receives 100 % of the traffic" in page.text


def test_who_may_only_read_sees_neither_the_form_nor_what_came_as_it_came(scene, key):
    page = Console(scene, "viewer").get(f"/console/events/{key}")

    assert page.forms == []
    assert "you need the role operator" in page.text
    assert "As it came" not in page.text
    answer = Console(scene, "viewer").post(f"/console/events/{key}/replay", reason="r")
    assert answer.status == 403


def test_an_operator_tells_it_again_for_real_and_is_led_to_the_replay(scene, key):
    console = Console(scene, "operator")
    form = console.get(f"/console/events/{key}").form(f"/console/events/{key}/replay")

    answer = console.post(form.action, **{**form.fields, "again": "yes", "reason": "was lost"})
    scene.drain()

    assert (answer.status, answer.location) == (303, "/console/service?said=replayed")
    page = console.get("/console/service")
    assert "anna@contoso.com: was lost" in page.text
    assert "done" in page.text


def test_where_nobody_signs_in_the_form_asks_for_a_name(scene, key):
    console = Console(scene, None)
    form = console.get(f"/console/events/{key}").form(f"/console/events/{key}/replay")

    assert "author" in form.fields
    refused = console.post(form.action, reason="it was lost")
    assert refused.status == 400
    assert "Your name is empty; fill it in." in refused.text
    assert refused.form(form.action).fields["reason"] == "it was lost"


def test_hostile_texts_of_an_event_are_shown_and_not_run(scene):
    scene.send(b'{"<script>alert(1)</script>": "<img src=x onerror=alert(1)>"}')
    key = next(iter(scene.application.archive.list())).key
    page = Console(scene).get(f"/console/events/{key}")

    assert "<script>alert" not in page.html
    assert "<img" not in page.html
    assert "<script>alert(1)</script>" in page.text


def test_an_event_that_is_not_kept_is_a_page_that_says_so(scene):
    page = Console(scene).get("/console/events/nothing")

    assert page.status == 404
    assert "There is no event nothing among those that are kept" in page.text
