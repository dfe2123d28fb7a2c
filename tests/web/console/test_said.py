"""What people say in the console goes the one way: said, decided, shown, and taken back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.people.override import override_given, overrides_after
from shared.domain.state import SubjectState
from shared.errors import InvalidData
from shared.web.console.sayings.standing import listed, meant, shares_of
from shared.web.console.speaking import WITHIN, Slip, counted_from, ending
from tests.conftest import NOON
from tests.service.explained import Night, commit
from tests.web.console.reading import Console

SILENCES, INTENTS, OVERRIDES = (
    "/console/said/silences",
    "/console/said/intents",
    "/console/said/overrides",
)


@pytest.fixture
def night(scene):
    return Night(scene).told()


@pytest.fixture
def console(night):
    return Console(night.scene, "approver")


def addresses(page):
    return [address for address, _ in page.links]


def overridden(scene):
    """A version that was judged, one gate of which somebody lets pass."""
    event = override_given(
        "churn",
        "7",
        gates=["metric/auc"],
        author="anna",
        reason="hotfix",
        until=NOON + timedelta(days=2),
        now=NOON,
    )
    state = SubjectState(versions={"7": "fail"})
    state = SubjectState(versions=state.versions, overrides=overrides_after(event, state, NOON))
    commit(scene.application.ledger, "model/churn", subject="model/churn", state=state)
    return event.data["override"]


def test_where_nobody_has_said_anything_the_page_says_what_would_be_here(scene):
    page = Console(scene).get("/console/said")

    for sentence in (
        "No silence is in force.",
        "Nobody has an alert in hand.",
        "Nobody means anything besides what the policies say.",
        "No gate is let pass.",
        "No promotion asks for approvals now.",
    ):
        assert sentence in page.text
    for path in (SILENCES, INTENTS, OVERRIDES, f"{SILENCES}/new"):
        assert Console(scene).get(path).status == 200


def test_a_silence_shows_what_it_would_mute_before_it_is_said(console, night):
    before = len(list(night.application.archive.list()))

    empty = console.get(f"{SILENCES}/new")
    page = console.get(f"{SILENCES}/new?matchers=kind%3Dno_traffic&until=2h")

    assert [one for one in empty.forms if one.method == "post"] == []
    assert "From 2026-02-03 12:00 until 2026-02-03 14:00 UTC" in page.text
    assert "1 alert firing now" in page.text
    assert f"/console/alerts/{night.fingerprint}" in addresses(page)
    other = console.get(f"{SILENCES}/new?matchers=kind%3Ddrift")
    assert "No alert that fires now." in other.text
    assert len(list(night.application.archive.list())) == before


def test_a_silence_that_is_said_is_listed_with_what_it_holds_back_and_taken_back(console, night):
    page = console.get(f"{SILENCES}/new?matchers=kind%3Dno_traffic&until=2h")
    answer = console.send(page.form(SILENCES), reason="known rollout")

    assert (answer.status, answer.location) == (303, f"{SILENCES}?said=silenced")
    night.scene.drain()
    for path in (SILENCES, "/console/said"):
        shown = console.get(path)
        assert "kind=no_traffic" in shown.text
        assert "anna@contoso.com: known rollout" in shown.text
        assert "1 alert: " in shown.text
    alert = console.get(f"/console/alerts/{night.fingerprint}")
    assert "silenced" in alert.text

    [back] = [one for one in console.get(SILENCES).forms if one.action.endswith("/withdraw")]
    assert console.send(back, reason="mended").location == f"{SILENCES}?said=unsilenced"
    night.scene.drain()
    shown = console.get(SILENCES)
    assert "withdrawn" in shown.text
    assert "by anna@contoso.com: mended" in shown.text
    assert "No silence is in force." in console.get("/console/said").text
    again = console.send(back, reason="mended")
    assert (again.status, "is over already; there is nothing to take back" in again.text) == (
        *(400, True),
    )


def test_the_same_silence_sent_twice_is_one(console, night):
    page = console.get(f"{SILENCES}/new?matchers=kind%3Dno_traffic&until=2h")
    for seconds in (0, 1, 90):
        night.scene.clock.advance(timedelta(seconds=seconds))
        console.send(page.form(SILENCES), reason="known")
        night.scene.drain()

    assert len(night.ledger.state("silences/fleet").state["silences"]) == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("matchers=x", "which is no matcher"),
        ("matchers=kind%3D*", "matchers fits every alert"),
        ("matchers=kind%3Ddrift&until=tomorrow", "until is &#39;tomorrow&#39;, which is no time"),
        ("matchers=kind%3Ddrift&until=400d", "until is more than"),
        ("matchers=kind%3Ddrift&starts=2020-01-01T00:00Z", "starts is over already"),
    ],
)
def test_what_may_not_be_silenced_is_said_and_what_was_typed_is_kept(console, asked, sentence):
    page = console.get(f"{SILENCES}/new?{asked}")

    assert page.status == 400
    assert sentence in page.html
    assert page.html.count('aria-invalid="true"') == 1
    assert 'name="matchers" value="' in page.html
    assert [one for one in page.forms if one.method == "post"] == []


def test_a_silence_without_a_reason_is_refused_with_all_else_kept(console):
    page = console.get(f"{SILENCES}/new?matchers=kind%3Dno_traffic&until=3h&until_resolved=yes")

    refused = console.send(page.form(SILENCES), reason="")

    assert refused.status == 400
    assert "Why is empty; fill it in." in refused.text
    again = refused.form(SILENCES)
    assert again.fields == page.form(SILENCES).fields
    assert (again.fields["until"], again.fields["until_resolved"]) == ("3h", "yes")


def test_an_intent_is_said_for_an_endpoint_listed_and_taken_back(console, night):
    page = console.get(f"{INTENTS}?endpoint=loan-endpoint&deployment=green")
    form = page.form(INTENTS)
    assert (form.fields["endpoint"], form.fields["deployment"]) == ("loan-endpoint", "green")

    answer = console.send(form, until="2d", reason="waits for the auditors")
    console.send(form, until="2d", reason="waits for the auditors")
    night.scene.drain()

    assert answer.location == f"{INTENTS}?endpoint=loan-endpoint&said=intended"
    shown = console.get(INTENTS)
    assert shown.text.count("green stands by without traffic") == 2, "in its row and read aloud"
    assert "until 2026-02-05 12:00" in shown.text
    [back] = [one for one in shown.forms if one.action.endswith("/withdraw")]
    assert console.send(back, reason="done").location.endswith("said=withdrawn")
    night.scene.drain()
    assert "withdrawn" in console.get(INTENTS).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"until": "2d"}, "Name either a deployment that stands by or the traffic to come."),
        ({"deployment": "green", "until": ""}, "Until when is empty; fill it in."),
        ({"deployment": "green", "until": "91d"}, "until is more than 90 days away"),
        ({"traffic": "blue 90", "until": "2d"}, "traffic has &#39;blue&#39;, which is no share"),
        ({"traffic": "blue=90", "until": "2d"}, "traffic sums to 90 %; Azure takes 0 or 100."),
    ],
)
def test_what_cannot_be_meant_is_said_with_what_was_typed_kept(console, typed, sentence):
    form = console.get(f"{INTENTS}?endpoint=loan-endpoint").form(INTENTS)

    page = console.send(form, reason="known", **typed)

    assert page.status == 400
    assert sentence in page.html
    again = page.form(INTENTS).fields
    assert {name: again[name] for name in typed} == typed
    assert again["reason"] == "known"


def test_shares_are_meant_as_they_are_written(console, night):
    form = console.get(INTENTS).form(INTENTS)

    console.send(
        form, endpoint="loan-endpoint", traffic="blue=90, green=10", until="2d", reason="x"
    )
    night.scene.drain()

    assert "the traffic is blue 90 %, green 10 %" in console.get(INTENTS).text


def test_what_the_policy_means_is_listed_and_not_taken_back_here(scene):
    scene.policy(
        "model: loan-default\nendpoint: loan-endpoint\n"
        "routing: {standby: [{deployment: green, until: 2026-03-01, reason: spare}]}\n"
    )
    page = Console(scene).get(INTENTS)

    if "of the policy" not in page.text:
        pytest.fail(page.text)
    assert [one for one in page.forms if one.action.endswith("/withdraw")] == []


def test_an_override_is_listed_with_its_version_and_taken_back_by_an_approver(scene):
    override = overridden(scene)
    console = Console(scene, "approver")

    page = console.get(OVERRIDES)

    assert "metric/auc" in page.text
    assert "/console/promotions/churn/7" in addresses(page)
    back = page.form(f"{OVERRIDES}/churn/{override}/withdraw")
    assert console.send(back, reason="").status == 400
    assert console.send(back, reason="measured").location == (
        f"{OVERRIDES}?model=churn&said=override-withdrawn"
    )
    scene.drain()
    assert "by anna@contoso.com: measured" in console.get(f"{OVERRIDES}?model=churn").text
    assert "No override is remembered." in console.get(f"{OVERRIDES}?model=other").text


@pytest.mark.parametrize("path", ["/console/said", SILENCES, INTENTS, OVERRIDES])
def test_whoever_only_looks_sees_no_form_and_reads_which_role_is_needed(scene, path):
    overridden(scene)

    page = Console(scene, "viewer").get(path)

    assert [one for one in page.forms if one.method == "post"] == []
    assert "For this you need the role" in page.text


def test_an_operator_takes_no_override_back(scene):
    override = overridden(scene)

    page = Console(scene, "operator").get(OVERRIDES)

    assert [one for one in page.forms if one.method == "post"] == []
    refused = Console(scene, "operator").post(f"{OVERRIDES}/churn/{override}/withdraw", reason="x")
    assert refused.status == 403


def test_what_is_over_stands_last_and_a_long_list_has_pages():
    rows = [{"standing": word, "id": word} for word in ("over", "to come", "in force")]

    assert [row["id"] for row in listed(rows, 1).rows] == ["in force", "to come", "over"]
    assert (listed(rows, 2, 2).rows, listed(rows, 2, 2).pages) == ([rows[0]], 2)


def test_no_traffic_at_all_can_be_meant():
    assert meant({"deployment": None, "traffic": {}}) == "no deployment has traffic"


@pytest.mark.parametrize("text", ["blue", "blue=", "=10", "blue=x", "blue = 10"])
def test_what_is_no_share_is_refused_with_how_to_write_it(text):
    with pytest.raises(InvalidData, match=r"which is no share; write blue=90 green=10\.$"):
        shares_of(text)


@given(st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_is_said_counts_from_little_before_now_and_never_from_later(passed):
    now = NOON + passed

    counted = counted_from(NOON.isoformat(), now)

    assert timedelta(0) <= now - counted < WITHIN
    assert (counted - NOON) % WITHIN == timedelta(0)


@pytest.mark.parametrize(
    "opened", [None, "", "x", "9999-12-31T23:59:59-23:00", "2026-02-03T12:01Z"]
)
def test_a_form_that_does_not_say_when_it_was_opened_counts_from_now(opened):
    assert counted_from(opened, NOON) == NOON


def test_an_end_is_a_span_or_a_moment_as_it_is_written():
    assert ending("PT30M") == {"lasts": "PT30M"}
    assert ending("0h") == {"until": "0h"}


def test_a_mistake_belongs_to_the_form_that_was_sent_and_to_no_other():
    slip = Slip(wrong="no", of_form="/console/a b", typed={"reason": "x"})

    assert slip.of("/console/a%20b") is slip
    assert (slip.of("/console/c").wrong, slip.of("/console/c").typed) == (None, {})
