"""Promotions in the console: what is on its way, what it lacks, and who lets it pass."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.finding import Rule
from shared.domain.promotion import Phase
from shared.domain.retraining import RetrainingWatch
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.service.promotion_story import story_of
from shared.web.console.promotions.passable import passable
from shared.web.promotion.in_html import promotion_report
from tests.conftest import NOON
from tests.service.explained import commit as decide
from tests.service.promoted import GATES, MODEL, PROMOTION, VERSION, commit, gate, kept
from tests.service.test_approvals_story import asking
from tests.web.console.reading import Console, Page
from tests.web.test_promotion_report import hostile

PATH = f"/console/promotions/{MODEL}/{VERSION}"
BLOCKED = replace(
    PROMOTION,
    phase=Phase.BLOCKED,
    why="2 gates are not passed.",
    missing=("auc is 0.8, below 0.9.", "The signature breaks callers."),
    rollout=None,
    run=None,
    approvals=(),
)
FAILS = (
    gate(
        Rule.METRIC_GATE, Verdict.FAIL, "auc is 0.8, below 0.9.", thing="metric/auc", estimate=0.8
    ),
    gate(Rule.SCHEMA_GATE, Verdict.FAIL, "The signature breaks callers."),
    gate(Rule.APPROVAL, Verdict.INCONCLUSIVE, "Nobody approved.", thing="approval/production"),
    *GATES[2:],
)


@pytest.fixture
def blocked(scene):
    """A version that two gates hold back, and that may be overridden."""
    of = kept(BLOCKED, FAILS)
    of.ledger.state_of = replace(of.ledger.state_of, versions={VERSION: "fail"}, overrides=())
    commit(of, scene.application)
    scene.policy(f"model: {MODEL}\nendpoint: loan-endpoint\n")
    return scene


@pytest.fixture
def rolling(scene):
    commit(kept(), scene.application)
    return scene


def test_the_list_says_where_each_stands_and_leads_to_it(blocked):
    page = Console(blocked).get("/console/promotions")

    assert page.h1 == "1 promotion on its way"
    assert f"{PATH}?stage=production" in [address for address, _ in page.links]
    assert "blocked" in page.text
    assert "Missing: auc is 0.8, below 0.9. And 1 more." in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [("find=LOAN-default:8", True), ("find=churn", False), ("show=open", True)],
)
def test_a_promotion_is_found_by_its_model_version_or_stage(rolling, asked, found):
    page = Console(rolling).get(f"/console/promotions?{asked}")

    assert (PATH in page.html) is found
    assert ("No promotion is like that." in page.text) is not found


def test_where_nothing_was_put_forward_the_page_says_how_that_begins(scene):
    assert "Register a version of a model" in Console(scene).get("/console/promotions").text
    assert "Drift that lasts does by default" in Console(scene).get("/console/retrainings").text


def test_the_page_of_a_promotion_says_all_that_its_report_says(rolling):
    application = rolling.application
    story = story_of(application.ledger, application.evidence, application.policies, MODEL, VERSION)
    report = Page(200, promotion_report(story))

    page = Console(rolling).get(PATH)

    assert [one for one in report.headings if one not in page.headings] == []
    assert set(report.text.split()) - set(page.text.split()) == set()


def test_each_decision_leads_to_what_came_of_it_and_only_in_the_console(blocked):
    page = Console(blocked).get(f"/console/promotions/{MODEL}/{VERSION}")

    assert any(one.startswith("/console/explain/event/") for one, _ in page.links)
    here = blocked.application
    story = story_of(here.ledger, here.evidence, here.policies, MODEL, VERSION)
    assert "/console/" not in promotion_report(story)


def test_its_chart_is_told_in_words_and_its_report_is_one_click_away(rolling):
    page = Console(rolling).get(PATH)

    assert "step 2: green 10 %, blue 90 %" in page.html
    assert f"/api/v1{PATH.removeprefix('/console')}/report?stage=production" in page.html


def test_only_gates_that_hold_it_back_can_be_let_pass_and_approval_never():
    of = kept(BLOCKED, FAILS)
    story = story_of(of.ledger, of.evidence, of.policies, MODEL, VERSION)

    names = [one.name for one in passable(story)]

    assert names == ["metric/auc", "schema_gate"]
    assert passable(replace(story, judgement=None)) == []


def test_a_gate_is_let_pass_with_the_form_beside_the_gates_and_held_to_again(blocked):
    console = Console(blocked, "approver")
    form = console.get(PATH).form(f"{PATH}/override")

    for _ in range(2):
        answer = console.send(
            form, gates=["metric/auc", "schema_gate"], until="2d", reason="hotfix"
        )
    blocked.drain()

    assert (answer.status, answer.location) == (303, f"{PATH}?said=overridden")
    [given] = blocked.application.ledger.state(f"model/{MODEL}").state["overrides"]
    page = console.get(answer.location)
    assert "The override is kept." in page.text
    assert "The override of metric/auc, schema_gate is in force until 2026-02-05 12:00" in page.text
    assert "anna@contoso.com" in page.text
    back = page.form(f"{PATH}/overrides/{given['id']}/withdraw")
    assert console.send(back, reason=" ").status == 400
    assert console.send(back, reason="trained anew").location == f"{PATH}?said=override-withdrawn"
    blocked.drain()
    assert "is in force until" not in console.get(PATH).text
    assert "trained anew" in console.get(PATH).text


def test_of_a_promotion_that_has_ended_the_form_says_when_it_would_count(scene):
    commit(kept(replace(BLOCKED, phase=Phase.SUPERSEDED), FAILS), scene.application)

    page = Console(scene, "approver").get(PATH)

    assert "it counts once the version is put forward again" in page.text
    assert page.form(f"{PATH}/override")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"gates": [], "until": "2d"}, "gates is empty; name what is let pass"),
        ({"gates": ["metric/auc"], "until": "8d"}, "until is more than 7 days away"),
        ({"gates": ["approval/production"], "until": "2d"}, "which cannot be let pass"),
    ],
)
def test_what_cannot_be_let_pass_is_said_with_what_was_checked_kept(blocked, typed, sentence):
    console = Console(blocked, "approver")
    form = console.get(PATH).form(f"{PATH}/override")

    page = console.send(form, reason="hotfix", **typed)

    assert page.status == 400
    assert sentence in page.text
    checked = 'value="metric/auc" checked' in page.html
    assert checked is ("metric/auc" in typed["gates"])
    assert page.form(form.action).fields["until"] == typed["until"]
    assert page.form(form.action).fields["reason"] == "hotfix"


def test_an_operator_reads_that_an_approver_is_needed(blocked):
    page = Console(blocked, "operator").get(PATH)

    assert [one for one in page.forms if one.method == "post"] == []
    assert "For this you need the role approver" in page.text
    assert Console(blocked, "operator").post(f"{PATH}/override", reason="x").status == 403


def test_a_version_that_is_none_is_a_page_that_says_which_there_are(blocked):
    page = Console(blocked).get(f"/console/promotions/{MODEL}/99")

    assert page.status == 404
    assert f"No promotion of {MODEL}:99 is known" in page.text


def test_what_others_wrote_on_a_promotion_is_shown_and_never_obeyed(scene, monkeypatch):
    from shared.web.console.promotions import promotion

    monkeypatch.setattr(promotion, "story_of", lambda *_: hostile())

    page = Console(scene).get(PATH)

    assert page.status == 200
    assert "<script>alert" not in page.html
    assert "<img" not in page.html
    assert "\u202e" not in page.html
    assert "javascript:" not in "".join(address for address, _ in page.links)


def test_a_stopped_retraining_is_let_go_on_for_a_reason(scene):
    stopped = SubjectState(retraining=RetrainingWatch(stopped=NOON - timedelta(days=1)))
    decide(scene.application.ledger, "churn", subject="retraining/churn", state=stopped)
    console = Console(scene, "operator")

    assert "Retraining is stopped for churn." in console.get("/console/promotions").text
    page = console.get("/console/retrainings")
    assert "Stopped since 2026-02-02 12:00" in page.text
    form = page.form("/console/retrainings/churn/resume")
    refused = console.send(form, reason="")
    assert (refused.status, "Why is empty" in refused.text) == (400, True)
    answer = console.send(form, reason="the labels were mended")
    assert answer.location == "/console/retrainings?model=churn&said=resumed"
    scene.drain()
    shown = console.get(answer.location)
    assert "Let go on 2026-02-03 12:00 by anna@contoso.com." in shown.text
    again = console.send(form, reason="the labels were mended")
    assert "there is nothing to resume" in again.text
    viewer = Console(scene, "viewer").get("/console/retrainings")
    assert [one for one in viewer.forms if one.method == "post"] == []


def asked(scene, registered):
    """A version that waits for two approvals, said to Driftgate."""
    return asking(scene, registered), "/console/promotions/churn/7"


def test_a_promotion_is_approved_at_its_page_and_the_word_taken_back(scene, registered):
    _, path = asked(scene, registered)
    console = Console(scene, "approver")
    form = console.get(path).form(f"{path}/approve")

    for _ in range(2):
        answer = console.send(form, reason="figures looked at")
    scene.drain()

    assert answer.location == f"{path}?stage=production&said=approved"
    page = console.get(answer.location)
    assert "Your approval is kept." in page.text
    assert "1 approval counts so far." in page.text
    assert "anna@contoso.com" in page.text
    assert "1 of 2 needed" in console.get("/console/said").text
    [given] = scene.application.ledger.state("model/churn").state["approvals"]
    back = page.form(f"{path}/approvals/{given['id']}/withdraw")
    assert console.send(back, reason="").status == 400
    assert console.send(back, reason="the wrong run").location.endswith("said=approval-withdrawn")
    scene.drain()
    assert "no approval" in console.get(path).text


def test_a_refusal_says_first_what_it_does_and_ends_the_promotion(scene, registered):
    _, path = asked(scene, registered)
    console = Console(scene, "approver")
    page = console.get(path)
    assert "It ends this promotion; the version has to be registered again." in page.text

    answer = console.send(page.form(f"{path}/refuse"), reason="too early")
    scene.drain()

    assert answer.location.endswith("said=refused")
    shown = console.get(path)
    assert "refused" in shown.text
    assert [one.action for one in shown.forms if one.method == "post"] == []


def test_a_refusal_out_of_a_form_that_was_open_before_the_approval_ends_the_promotion(
    scene, registered
):
    """Two tabs: the form of the first was opened before what is said in the second."""
    _, path = asked(scene, registered)
    console = Console(scene, "approver")
    first = console.get(path).form(f"{path}/refuse")
    scene.clock.now += timedelta(minutes=2)
    second = console.get(path).form(f"{path}/approve")
    console.send(second, reason="looks well")
    scene.drain()
    scene.clock.now += timedelta(minutes=1)

    console.send(first, reason="it does not")
    scene.drain()

    assert "anna@contoso.com rejected it: it does not" in console.get(path).text


def test_an_approval_of_what_is_no_longer_in_force_is_refused_with_the_reason_kept(
    scene, registered
):
    _, path = asked(scene, registered)
    console = Console(scene, "approver")
    form = console.get(path).form(f"{path}/approve")

    page = console.send(form, reason="figures looked at", basis="0" * 64)

    assert page.status == 400
    assert "Look at it again." in page.text
    assert page.form(form.action).fields["reason"] == "figures looked at"


def test_where_the_pipeline_asks_or_the_role_is_missing_no_form_is_shown(scene, registered):
    _, path = asked(scene, registered)

    page = Console(scene, "operator").get(path)

    assert [one for one in page.forms if one.method == "post"] == []
    assert "For this you need the role approver" in page.text
    asking(scene, registered, given="pipeline")
    assert f"{path}/approve" not in Console(scene, "approver").get(path).html
