"""Alerts as whoever is called reads them, and what they say about them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.state import AlertRecord, AlertStatus, SubjectState
from shared.domain.verdict import Verdict
from shared.service.explaining.explanation import AlertFacts, Moment
from shared.web.console.alerts.alert import silencing
from shared.web.console.alerts.course import Kind, course, kind_of, last_numbers
from shared.web.console.alerts.filtering import in_order, known_by, model_of
from tests.conftest import NOON
from tests.service.explained import Night, commit
from tests.service.silenced import alert as an_alert
from tests.web.console.reading import Console
from tests.web.platform import ask

HOSTILE = "<script>alert(1)</script><img src=x onerror=y> \u202e& " + "w" * 6000


@pytest.fixture
def night(scene):
    return Night(scene).told()


@pytest.fixture
def console(night):
    return Console(night.scene, "operator")


def remember(scene, *alerts, subject="endpoint/ep", status=AlertStatus.FIRING):
    """A subject that has these alerts, as its decisions would have left it."""
    known = {
        one.fingerprint: AlertRecord(alert=replace(one, since=NOON), status=status, posted=NOON)
        for one in alerts
    }
    commit(scene.application.ledger, subject, subject=subject, state=SubjectState(alerts=known))


def path(night):
    return f"/console/alerts/{night.fingerprint}"


def row(**values):
    return {
        "fingerprint": "a",
        "subject": "model/churn",
        "kind": "drift",
        "severity": "warning",
        "status": "firing",
        "since": "2026-02-03T10:00:00Z",
        "owner": None,
        "owned_until": None,
        "silenced_by": [],
        "told": {},
        "held": {},
        "next_notice": None,
        **values,
    }


def moment(rule="notice", reason="told", thing="alert/a", **values):
    return Moment(
        at=values.pop("at", NOON),
        subject="alerts/churn",
        event="alerts check",
        rule=rule,
        reason=reason,
        sentence="It is so.",
        verdict=Verdict.PASS,
        decision="d",
        thing=thing,
        **values,
    )


def test_the_list_says_what_fires_the_first_step_and_who_knows(console, night):
    page = console.get("/console/alerts")

    assert page.h1 == "1 alert firing"
    assert path(night) in [address for address, _ in page.links]
    assert "First: " in page.text
    assert "on-call told now" in page.text


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("kind=no_traffic", True),
        ("kind=drift", False),
        ("severity=critical", True),
        ("severity=info", False),
        ("model=loan-default", True),
        ("model=churn", False),
        ("show=all&kind=&severity=", True),
        ("mine=yes", False),
    ],
)
def test_a_filter_leaves_what_is_like_it(console, night, asked, there):
    page = console.get(f"/console/alerts?{asked}")

    assert (path(night) in [address for address, _ in page.links]) is there
    assert ("No alert is like that." in page.text) is not there


def test_what_is_over_is_among_all_and_not_among_what_fires(console, night):
    night.pass_time(minutes=15)
    night.give_traffic()

    assert path(night) not in [one for one, _ in console.get("/console/alerts").links]
    page = console.get("/console/alerts?show=all")
    assert path(night) in [one for one, _ in page.links]
    assert console.get("/console/alerts").h1 == "No alert fires"


def test_a_home_without_alerts_says_what_would_come_here(scene):
    page = Console(scene).get("/console/alerts")

    assert page.h1 == "No alert fires"
    assert "Nothing was ever told." in page.text


def test_of_very_many_a_page_shows_fifty_and_leads_to_the_others(scene):
    remember(scene, *(an_alert(deployment=f"green-{number}") for number in range(120)))
    console = Console(scene)

    first = console.get("/console/alerts?kind=errors")

    assert first.h1 == "120 alerts firing"
    assert first.html.count("<tr id=") == 50
    assert "Page 1 of 3, 120 found" in first.text
    [after] = [address for address, text in first.links if text == "Next"]
    assert console.get(after).html.count("<tr id=") == 50
    assert after == "/console/alerts?show=firing&kind=errors&page=2"


def test_the_page_of_an_alert_has_the_first_step_first_and_then_all_that_is_known(console, night):
    page = console.get(path(night))

    headings = [text for level, text in page.headings if level == 2]
    assert headings[0] == "The first step"
    assert headings[1:] == [
        "What it is",
        "What you can do",
        "Who knows of it",
        "What it rests on",
        "Its course",
        "Like it",
    ]
    assert "It is firing since 2026-02-03 11:00 UTC" in page.text
    assert "on-call was told last at 2026-02-03 12:00:31 UTC" in page.text
    addresses = [address for address, _ in page.links]
    assert "/console/explain/receiver/on-call" in addresses
    assert "/console/endpoints/loan-endpoint" in addresses
    assert any(one.startswith("/console/explain/event/") for one in addresses)
    evidence = night.explain(f"alert {night.fingerprint}").evidence
    assert evidence in page.text


def test_its_course_shows_what_matters_and_every_look_where_it_is_asked_for(console, night):
    short, whole = console.get(path(night)), console.get(f"{path(night)}?course=whole")

    assert "told on-call has it" in " ".join(short.text.split())
    assert "under way" not in short.text
    assert "under way" in whole.text
    assert whole.html.count("<li class=") > short.html.count("<li class=")


def test_taken_on_with_its_form_it_is_in_that_hand_once_it_is_decided(console, night):
    form = console.get(path(night)).form(f"{path(night)}/acknowledge")

    answer = console.send(form, reason="I look into it", until="4h")

    assert (answer.status, answer.location) == (303, f"{path(night)}?said=acknowledged")
    assert "You have it in hand." in console.get(answer.location).text
    night.scene.drain()
    page = console.get(path(night))
    assert "in the hand of anna@contoso.com" in page.text
    assert "anna@contoso.com has it in hand until 2026-02-03 16:00" in page.text
    assert path(night) in [one for one, _ in console.get("/console/alerts?mine=yes").links]

    console.send(page.form(f"{path(night)}/release"), reason="not mine")
    night.scene.drain()
    assert "in the hand of" not in console.get(path(night)).text


def test_the_same_form_sent_twice_says_it_once(console, night):
    form = console.get(path(night)).form(f"{path(night)}/acknowledge")
    before = len(list(night.application.archive.list()))

    for seconds in (0, 1, 200):
        night.scene.clock.advance(timedelta(seconds=seconds))
        assert console.send(form, reason="on it", until="4h").status == 303

    assert len(list(night.application.archive.list())) == before + 1


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        (
            {"reason": "on it", "until": "someday"},
            "until is &#39;someday&#39;, which is no",
            "until",
        ),
        ({"reason": " ", "until": "4h"}, "Why is empty; fill it in.", "reason"),
        ({"reason": "w" * 501, "until": "4h"}, "reason has more than 500", "reason"),
    ],
)
def test_a_mistake_is_said_beside_the_form_with_what_was_typed_kept(
    console, night, typed, sentence, field
):
    form = console.get(path(night)).form(f"{path(night)}/acknowledge")

    page = console.send(form, **typed)

    assert page.status == 400
    assert sentence in page.html
    assert re.search(
        f'name="{field}"[^>]*aria-invalid="true" aria-describedby="mistake"', page.html
    )
    again = page.form(form.action)
    assert again.fields["until"] == typed["until"]
    assert again.fields["opened"] == form.fields["opened"]
    assert '<details class="card" id="take" open>' in page.html
    assert 'hx-trigger="refresh"' not in page.html


def test_where_nobody_is_signed_in_the_form_asks_for_a_name(night):
    console = Console(night.scene, None)
    form = console.get(path(night)).form(f"{path(night)}/acknowledge")

    assert "author" in form.fields
    assert "Your name is empty; fill it in." in console.send(form, reason="on it").text
    console.send(form, reason="on it", author="ben")
    night.scene.drain()
    assert "in the hand of ben" in console.get(path(night)).text


def test_whoever_only_looks_reads_which_role_is_needed_and_sees_no_form(night):
    page = Console(night.scene, "viewer").get(path(night))

    assert [one for one in page.forms if one.method == "post"] == []
    assert "For this you need the role operator" in page.text


def test_what_is_over_says_so_and_asks_for_nothing(console, night):
    fingerprint = night.fingerprint
    night.pass_time(minutes=15)
    night.give_traffic()

    page = console.get(f"/console/alerts/{fingerprint}")

    assert "The first step" not in page.text
    assert [one for one in page.forms if one.method == "post"] == []
    assert "It is over since" in page.text
    refused = console.post(f"/console/alerts/{fingerprint}/acknowledge", reason="x")
    assert (refused.status, "fires that people are told of" in refused.text) == (400, True)


def test_those_like_it_are_loaded_when_somebody_comes_to_them(scene):
    one, other = an_alert(), an_alert(deployment="red")
    remember(scene, one, other)
    console = Console(scene)
    page = console.get(f"/console/alerts/{one.fingerprint}")

    assert f'hx-get="/console/alerts/{one.fingerprint}/alike"' in page.html
    assert "/console/alerts?show=all&kind=errors" in [address for address, _ in page.links]
    answer = ask(console.app, "GET", f"/console/alerts/{one.fingerprint}/alike", **console.headers)
    part = answer.get_body().decode()
    assert f'href="/console/alerts/{other.fingerprint}"' in part
    assert f'href="/console/alerts/{one.fingerprint}"' not in part
    assert "firing; nobody was told" in part


def test_an_alert_that_is_none_is_a_page_that_says_what_is_close(console):
    page = console.get("/console/alerts/0000000000000000")

    assert page.status == 404
    assert "No alert is known of 0000000000000000" in page.text


def test_silencing_leads_to_the_form_filled_in_with_this_alert_or_its_kind(console, night):
    page = console.get(path(night))

    [this] = [address for address, text in page.links if text == "Exactly this alert"]
    [kind] = [address for address, text in page.links if text.startswith("Every alert of the")]
    for address in (this, kind):
        shown = console.get(address)
        assert shown.status == 200
        assert "1 alert firing now" in shown.text
        assert path(night) in [one for one, _ in shown.links]


def test_the_kind_of_an_endpoint_that_serves_no_model_is_silenced_by_its_subject():
    facts = AlertFacts(
        fingerprint="3a040243cb4550d5",
        kind="errors",
        severity="critical",
        subject="endpoint/ep",
        title="t",
        text="",
        first_step="",
        since=NOON,
    )

    [_, (words, address)] = silencing(facts, {})

    assert words == "Every alert of the kind errors of endpoint/ep"
    assert address.endswith("?matchers=kind%3Derrors+subject%3Dendpoint%2Fep")


def test_what_others_wrote_is_shown_and_cut_but_never_obeyed(scene):
    hostile = replace(
        an_alert(),
        title=HOSTILE,
        text=f"{HOSTILE}\n{HOSTILE}",
        first_step=HOSTILE,
        labels={"endpoint": "ep", "deployment": "<b>", HOSTILE[:40]: HOSTILE},
    )
    remember(scene, hostile)
    console = Console(scene)

    for address in ("/console/alerts", f"/console/alerts/{hostile.fingerprint}"):
        page = console.get(address)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img" not in page.html
        assert "\u202e" not in page.html
        assert "w" * 1501 not in page.html
        assert len(page.html) < 60_000


def test_a_receiver_a_silence_and_a_gate_are_explained_with_the_same_page(console, night):
    silence = night.silence()

    receiver = console.get("/console/explain/receiver/on-call")
    told = console.get(f"/console/explain/silence/{silence}")
    event = console.get(
        next(one for one, _ in receiver.links if one.startswith("/console/explain/event/"))
    )

    assert receiver.h1 == "The receiver on-call"
    assert "Its channel works." in receiver.text
    assert told.h1 == f"The silence {silence}"
    assert "anna" in told.text
    assert event.status == 200
    assert console.get("/console/explain/receiver/on-cal").status == 404


def test_an_alert_asked_for_by_the_start_of_its_name_leads_to_its_own_page(console, night):
    where = f"/console/explain/{night.fingerprint[:8]}"

    answer = ask(console.app, "GET", where, **console.headers)

    assert (answer.status_code, answer.headers["location"]) == (303, path(night))


def test_the_worst_that_nobody_has_in_hand_comes_first_and_the_newest_of_equals():
    rows = [
        row(fingerprint="over", status="resolved", severity="critical"),
        row(fingerprint="taken", severity="critical", owner="anna"),
        row(fingerprint="old", since="2026-02-01T00:00:00Z"),
        row(fingerprint="new"),
        row(fingerprint="worst", severity="critical"),
    ]

    assert [one["fingerprint"] for one in in_order(rows)] == [
        *("worst", "new", "old", "taken", "over"),
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "nobody was told"),
        ({"status": "resolved"}, "over"),
        ({"next_notice": "2026-02-03T12:05:00Z"}, "the first notice is due in 5 min"),
        ({"told": {"ops": "2026-02-03T10:00:00Z"}}, "ops told 2 h ago"),
        (
            {
                "told": {"ops": "2026-02-03T10:00:00Z", "team": "2026-02-03T11:00:00Z"},
                "held": {"ops": "mute time"},
            },
            "ops is not told; team told 1 h ago",
        ),
        (
            {"owner": "anna", "owned_until": "2026-02-03T16:00:00Z"},
            "anna has it in hand until 2026-02-03 16:00",
        ),
    ],
)
def test_who_knows_of_it_is_said_in_a_few_words(values, words):
    assert known_by(row(**values), NOON) == words


def test_the_model_of_an_alert_is_its_subject_before_what_a_label_claims():
    assert model_of("model/churn", {"model": "other"}, {}) == "churn"
    assert model_of("retraining/churn", {}, {}) == "churn"
    assert model_of("endpoint/ep", {"model": "other"}, {"ep": "churn"}) == "churn"
    assert model_of("monitor/m", {"model": "other"}, {}) == "other"
    assert model_of("monitor/m", {}, {}) == ""


@pytest.mark.parametrize(
    ("rule", "reason", "thing", "kind"),
    [
        ("kpi", "raised", "alert/a", Kind.FIRED),
        ("", "over", "alert/a", Kind.OVER),
        ("notice", "delivered", "notice/n", Kind.TOLD),
        ("channel", "undelivered", "notice/n", Kind.NOT_TOLD),
        ("route", "nowhere", "alert/a", Kind.NOT_TOLD),
        ("mute_time", "held", "alert/a", Kind.NOT_TOLD),
        ("mute_time", "released", "alert/a", Kind.UNDER_WAY),
        ("silence", "held", "alert/a", Kind.NOT_TOLD),
        ("silence", "given", "silence/s", Kind.SILENCED),
        ("acknowledgement", "given", "alert/a", Kind.IN_HAND),
        ("group", "waits", "group/g", Kind.UNDER_WAY),
        ("pace", "nothing_new", "receiver/r", Kind.LOOKED),
        ("drift", "above_limit", "feature/income", Kind.LOOKED),
    ],
)
def test_each_moment_has_a_word_for_what_it_is(rule, reason, thing, kind):
    assert kind_of(moment(rule, reason, thing)) is kind


def test_the_course_is_told_newest_first_and_looks_only_where_all_is_asked_for():
    moments = [
        moment("drift", "raised", at=NOON),
        moment("drift", "above_limit", "feature/x", at=NOON + timedelta(hours=1)),
        moment("notice", "delivered", "notice/n", at=NOON + timedelta(hours=2)),
    ]

    assert [one.kind for one in course(moments, whole=False)] == [Kind.TOLD, Kind.FIRED]
    assert [one.kind for one in course(moments, whole=True)] == [
        *(Kind.TOLD, Kind.LOOKED, Kind.FIRED),
    ]


def test_the_numbers_it_rests_on_are_those_of_the_last_look_that_gave_some():
    old = moment("drift", "above_limit", figures="psi 1", at=NOON)
    long = moment("drift", "above_limit", figures="psi 2", at=NOON, until=NOON + timedelta(hours=3))

    assert last_numbers([old, long, moment()]) == [long]
    assert last_numbers([moment()]) == []
