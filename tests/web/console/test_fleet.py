"""The first page answers whether anything is wrong, and what is to be done."""

import pytest

from shared.domain.glance import Glance
from shared.service.overview.attention import Need, Urgency, needs_of
from shared.service.overview.watched import Watched
from shared.web.console.fleet.fleet import headline, rows_of
from tests.conftest import NOON
from tests.web.console.reading import Console
from tests.web.fuzzed import told


def alert(name, **values):
    return {
        "fingerprint": name,
        "subject": "model/churn",
        "status": "firing",
        "kind": "drift",
        "severity": "warning",
        "title": f"{name} drifted",
        "first_step": "look",
        "since": "2026-02-03T00:00:00Z",
        "owner": None,
        "silenced_by": [],
        **values,
    }


def promotion(**values):
    return {
        "model": "churn",
        "version": "7",
        "stage": "production",
        "open": True,
        "missing": ["an approval"],
        "since": "2026-02-03T00:00:00Z",
        **values,
    }


def test_what_fires_stands_first_and_what_was_never_decided_is_there_too():
    known = {"model/a": Glance(verdict="pass", decided=NOON)}
    models = [Watched(name="a", firing=0), Watched(name="b", firing=1)]

    rows = rows_of(models, [Watched(name="b-ep", firing=1)], known, "")

    assert [(row.subject, row.firing, row.verdict) for row in rows] == [
        ("endpoint/b-ep", 1, None),
        ("model/b", 1, None),
        ("model/a", 0, "pass"),
    ]
    assert [row.subject for row in rows_of(models, [], known, " A")] == ["model/a"]


def need(urgency):
    return Need(
        urgency=urgency, kind="alert", name="a", subject="model/m", title="t", first_step="f"
    )


def test_what_is_critical_comes_before_what_warns_and_what_waits():
    found = needs_of(
        [alert("a"), alert("b", severity="critical", subject="model/other")], [promotion()]
    )

    assert [one.name for one in found] == ["b", "a", "churn/7"]


def test_what_somebody_has_in_hand_or_silenced_comes_last_and_names_them():
    found = needs_of(
        [
            alert("a", owner="anna", severity="critical"),
            alert("b", silenced_by=["s"], subject="model/x"),
            alert("c", subject="model/y"),
        ],
        [],
    )

    assert [(one.name, one.urgency) for one in found] == [
        ("c", Urgency.SOON),
        ("a", Urgency.IN_HAND),
        ("b", Urgency.IN_HAND),
    ]
    assert found[1].by == "anna"


def test_many_alerts_of_one_kind_and_subject_are_one_need_that_counts_the_others():
    older = alert("old", since="2026-02-01T00:00:00Z")

    [found] = needs_of([alert("a"), older, alert("b")], [])

    assert (found.name, found.more) == ("old", 2)


def test_what_is_over_needs_nobody():
    over = alert("a", status="resolved")

    assert needs_of([over], [promotion(open=False), promotion(missing=[])]) == []


@pytest.mark.parametrize(
    ("urgencies", "sentence", "tone"),
    [
        ([], "Nothing is wrong.", "good"),
        ([Urgency.NOW], "1 thing needs somebody now.", "bad"),
        (
            [Urgency.NOW, Urgency.NOW, Urgency.SOON],
            "2 things need somebody now, and 1 soon.",
            "bad",
        ),
        ([Urgency.SOON], "1 thing needs somebody soon; nothing is urgent.", "unsure"),
        ([Urgency.WAITING], "Nothing is wrong; 1 waiting for somebody.", "good"),
        ([Urgency.IN_HAND], "Nothing new is wrong; what fires is in hand or silenced.", "good"),
    ],
)
def test_the_headline_says_it_in_a_sentence(urgencies, sentence, tone):
    assert headline([need(one) for one in urgencies]) == (sentence, tone)


def test_the_page_names_what_fires_with_its_first_step_and_leads_to_it(scene):
    page = Console(told(scene)).get("/console")

    fires = [address for address, _ in page.links if address.startswith("/console/alerts/")]
    assert fires
    assert "need somebody" in page.h1 or "needs somebody" in page.h1
    assert "What to do" in page.text


def test_an_empty_home_says_what_to_do_first(scene):
    page = Console(scene).get("/console")

    assert page.h1 == "The fleet: Nothing was looked at yet."
    assert "Nothing is watched yet." in page.text


def test_a_name_is_found_and_nothing_found_is_said(scene):
    console = Console(told(scene))

    assert "loan-default" in console.get("/console?find=LOAN").text
    assert "Nothing that is watched has that in its name." in console.get("/console?find=zzz").text


def test_a_misspelt_parameter_is_a_page_that_says_so(scene):
    page = Console(scene).get("/console?fined=x")

    assert page.status == 400
    assert "'fined' is no parameter of this; there are: find, page, said." in page.text
