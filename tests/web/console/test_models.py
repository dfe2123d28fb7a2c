"""A model's owner reads how it stands, what to do, and what was decided."""

from datetime import timedelta

import pytest

from shared.domain.event import Check
from shared.service.overview.model_picture import ModelPicture
from shared.service.overview.watched import ModelRow, Serving
from shared.web.console.models.headline import headline
from tests.web.console.reading import Console
from tests.web.fuzzed import told

GREEN_IDLE = '{blue: {model: "loan-default:7"}, green: {model: "loan-default:8"}}'
POLICY = "model: loan-default\nendpoint: loan-endpoint\n"
TRAINED = "training_data: train\ngates: {schema: off}\n"


@pytest.fixture
def incident(scene, completed):
    scene.policy(POLICY)
    scene.endpoint("{blue: 100}", GREEN_IDLE)
    scene.send(completed("blue", at=scene.clock.now - timedelta(days=30)))
    scene.send(completed("green"))
    scene.clock.advance(timedelta(minutes=30))
    scene.drain()
    return scene


def picture(**given):
    row = {"name": "m", "has_policy": True, **given.pop("row", {})}
    return ModelPicture(row=ModelRow(**row), **{"is_decided": True, **given})


def firing(**given):
    return {
        "fingerprint": "f",
        "subject": "model/m",
        "status": "firing",
        "kind": "drift",
        "severity": "warning",
        "title": "m drifted",
        "first_step": "Look.",
        "since": "2026-02-03T00:00:00Z",
        "owner": None,
        "silenced_by": [],
        **given,
    }


def test_what_is_critical_is_the_headline_with_its_first_step_and_how_much_more_there_is():
    found = headline(picture(alerts=[firing(), firing(severity="critical", title="m stopped.")]))

    assert found.sentence == "Needs somebody now: m stopped. And 1 more."
    assert (found.tone, found.step, found.path) == ("bad", "Look.", "/console/alerts/f")


def test_what_somebody_has_in_hand_is_told_with_the_name():
    found = headline(picture(alerts=[firing(owner="anna")]))

    assert found.sentence == "anna has it in hand: m drifted."


def test_what_is_over_is_no_headline():
    serving = (Serving(endpoint="e", deployment="blue", carries="m:7", share=100.0),)

    found = headline(picture(alerts=[firing(status="resolved")], row={"serving": serving}))

    assert (found.sentence, found.tone) == ("Nothing is wrong: m:7 has 100 % of e.", "good")


def test_a_promotion_that_waits_for_people_leads_to_its_page():
    waits = {
        "model": "m",
        "version": "7",
        "stage": "production",
        "open": True,
        "missing": ["an approval"],
        "since": "2026-02-03T00:00:00Z",
    }

    found = headline(picture(promotions=[waits]))

    assert found.sentence == "Waits for somebody: m:7 waits before production."
    assert found.path == "/console/promotions/m/7"


@pytest.mark.parametrize(
    ("given", "sentence", "tone"),
    [
        (
            {"row": {"problem": "gates is misspelt."}},
            "Its policy cannot be read, so nothing new is decided by it.",
            "unsure",
        ),
        (
            {"row": {"has_policy": False}},
            "No policy names it: its gates, drift and figures are not watched.",
            "unsure",
        ),
        ({"is_decided": False}, "Nothing was decided about it yet.", ""),
        ({}, "Nothing is wrong; no version of it is known to serve.", "good"),
    ],
)
def test_what_cannot_be_watched_is_said(given, sentence, tone):
    found = headline(picture(**given))

    assert (found.sentence, found.tone) == (sentence, tone)


def test_an_unreadable_policy_does_not_hide_what_fires():
    found = headline(picture(row={"problem": "gates is misspelt."}, alerts=[firing()]))

    assert found.sentence.startswith("Needs somebody soon: m drifted.")


def test_the_list_names_what_serves_what_gets_nothing_and_what_fires(incident):
    page = Console(incident).get("/console/models")

    assert "1 firing" in page.text
    assert "100 % loan-default:7 on blue of loan-endpoint" in page.text
    assert "0 % loan-default:8 on green for 30 min no traffic" in page.text
    assert ("/console/models/loan-default", "loan-default") in page.links


def test_the_page_says_first_that_the_new_version_gets_nothing_and_what_to_do(incident):
    page = Console(incident).get("/console/models/loan-default")

    assert page.h1 == "loan-default"
    before, _, _ = page.text.partition("Alerts that fire")
    assert "Needs somebody now: deployment green of loan-endpoint succeeded 30 min ago" in before
    assert "Give it traffic" in before
    assert [text for level, text in page.headings if level == 2] == [
        "Alerts that fire",
        "Where it serves",
        "Versions",
        "Over time",
        "What happened",
        "Retrainings",
        "Its policy",
    ]


def test_charts_and_the_timeline_are_loaded_behind_it_and_have_links_without_a_script(incident):
    page = Console(incident).get("/console/models/loan-default?back=7d&kind=alerts&page=2")

    addresses = [address for address, _ in page.links]
    assert "/console/histories/traffic?endpoint=loan-endpoint&back=7d" in addresses
    assert "/console/histories/drift?model=loan-default&back=7d" in addresses
    assert "/console/histories/kpis?model=loan-default&back=7d" in addresses
    assert "/console/histories/timeline?model=loan-default&back=7d&kind=alerts&page=2" in addresses
    assert "/console/models/loan-default?kind=alerts&back=30d#over-time" in addresses


def test_the_part_has_another_address_once_something_new_was_decided(incident):
    def parts():
        page = Console(incident).get("/console/models/loan-default")
        return {one for one in page.ids if one.startswith("drift-")}

    before = parts()
    assert parts() == before

    incident.clock.advance(timedelta(minutes=30))
    incident.drain()

    assert parts() != before


def test_versions_stand_with_their_gates_and_what_is_missing(scene):
    told(scene)

    page = Console(scene).get("/console/models/churn")

    assert "✗ fail" in page.text
    assert "No policy names it" in page.text


def test_a_stopped_retraining_is_told_with_where_it_goes_on(scene):
    scene.policy("model: churn\n")

    page = Console(told(scene)).get("/console/models/churn")

    assert "stopped since 2026-02-02" in page.text
    assert ("/console/retrainings#churn", "All about its retrainings") in page.links


def test_a_policy_without_any_decision_has_a_page_that_says_so(scene):
    scene.policy(POLICY)

    page = Console(scene).get("/console/models/loan-default")

    assert "Nothing was decided about it yet." in page.text
    assert "model: loan-default" in page.text


def test_an_unknown_model_is_a_page_that_says_so(scene):
    page = Console(scene).get("/console/models/nobody")

    assert page.status == 404
    assert "Nothing is known of the model nobody" in page.text


def test_an_empty_home_says_how_to_have_a_model(scene):
    page = Console(scene).get("/console/models")

    assert "No model is watched yet." in page.text


def test_many_models_are_paged_and_found_by_a_part_of_their_name(scene):
    for number in range(60):
        scene.write(f"policies/m{number:02}.yaml", f"model: model-{number:02}\n")
    console = Console(scene)

    first, second = console.get("/console/models"), console.get("/console/models?page=2")

    assert "Page 1 of 2, 60 found" in first.text
    assert "model-49" in first.text
    assert "model-50" in second.text
    assert "Page" not in console.get("/console/models?find=MODEL-07").text
    assert "No model has that in its name." in console.get("/console/models?find=zzz").text


HOSTILE = '"><script>alert(1)</script>'


def test_what_others_named_is_text_and_no_markup(scene):
    scene.write("policies/h.yaml", f"model: '{HOSTILE}'\nowner: '{HOSTILE}'\n")
    console = Console(scene)

    listed = console.get("/console/models")
    [address] = [address for address, _ in listed.links if "script" in address]

    for page in (listed, console.get(address), console.get(f"/console/models?find={HOSTILE}")):
        assert "<script>alert" not in page.html


def test_a_look_at_rows_that_could_not_be_made_is_told_until_one_could(scene, registered):
    """The policy names another time column than the table has, and is mended."""
    sentence = "There is no time column at; the columns are income, TimeGenerated."
    scene.policy(f"{POLICY}profiles: {{table: LoanRows_CL, time_column: at}}\n{TRAINED}")
    scene.model("7", "metrics: {auc: 0.9}\n")
    scene.write("workspace/data/train.csv", "income\n" + "1\n2\n3\n" * 100)
    scene.write("workspace/data/train.yaml", "paths: train.csv\n")
    hour = scene.clock.now - timedelta(hours=1)
    scene.write(
        "workspace/tables/LoanRows_CL.csv", f"income,TimeGenerated\n1,{hour:%Y-%m-%dT%H:%M:%SZ}\n"
    )
    scene.send(registered("7"))
    scene.application.service.fan_out(Check.DRIFT)
    scene.drain()
    before = Console(scene).get("/console/models/loan-default").text

    scene.policy(f"{POLICY}profiles: {{table: LoanRows_CL}}\n{TRAINED}")
    scene.clock.advance(timedelta(hours=1))
    scene.application.service.fan_out(Check.DRIFT)
    scene.drain()

    assert "Nothing is known to be wrong, but its rows could not be looked at." in before
    assert f"Drift could not be looked at 2026-02-03 12:00 UTC: {sentence}" in before
    assert "could not be looked at" not in Console(scene).get("/console/models/loan-default").text
