"""The ten tasks of whoever operates models, each from the first page on, with its clicks."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLICKS = {
    "See whether anything is wrong, and what to do": 0,
    "Read why an alert fires, since when and how sure": 1,
    "Take an alert on, and give it back": 5,
    "Silence an alert, seeing first what that mutes": 4,
    "Say that a deployment is meant to stand by without traffic": 4,
    "Find which feature drifted, and since when": 2,
    "See which gates a version misses, and where it stands": 2,
    "Let a gate pass for one version, in one's own name": 5,
    "Decide an old event once more, and see what would differ": 3,
    "Try a changed policy on the last three months": 3,
}
"""What docs/console.md promises."""


@pytest.fixture
def clicked(operator):
    """Starts at the first page; whoever has done a task says which, and it is counted."""
    one = operator()
    one.opens("/console")
    yield one

    assert one.task in CLICKS
    assert one.clicks <= CLICKS[one.task]


def needs(one) -> re.Pattern[str]:
    """The alert of the demo that somebody has to see to."""
    one.sees(re.compile("approved_and_repaid fell"))
    return re.compile("approved_and_repaid fell")


def test_whether_anything_is_wrong_is_the_first_sentence_of_the_first_page(clicked):
    clicked.task = "See whether anything is wrong, and what to do"

    assert re.search(r"needs? somebody (now|soon)", clicked.heading)
    clicked.sees("Compare the time it began with the inputs' drift")


def test_an_alert_says_its_first_step_what_it_is_since_when_and_how_sure(clicked):
    clicked.task = "Read why an alert fires, since when and how sure"
    clicked.clicks_on(needs(clicked))

    clicked.sees("The first step")
    clicked.sees(re.compile("99 % confidence"))
    clicked.sees(re.compile("since", re.IGNORECASE))


def test_an_alert_is_taken_on_and_given_back_and_the_page_shows_both_by_itself(clicked):
    clicked.task = "Take an alert on, and give it back"
    clicked.clicks_on(needs(clicked))
    clicked.clicks_on("Take it on", "summary")
    form = clicked.page.locator("#take form")
    clicked.fills("Why", "I compare the months", form)
    clicked.fills("Your name", "anna", form)
    clicked.clicks_on("Take it on", "button", form)
    clicked.sees("in the hand of anna")

    clicked.clicks_on("Give it back", "summary")
    form = clicked.page.locator("#release form")
    clicked.fills("Why", "off for today", form)
    clicked.fills("Your name", "anna", form)
    clicked.clicks_on("Give it back", "button", form)
    clicked.page.locator("main").get_by_text("in the hand of anna").wait_for(state="detached")


def test_an_alert_is_silenced_after_it_was_shown_what_that_mutes(clicked):
    clicked.task = "Silence an alert, seeing first what that mutes"
    clicked.clicks_on(re.compile("retraining for drift does not go on"))
    clicked.clicks_on("Silence it", "summary")
    clicked.clicks_on(re.compile("alert", re.IGNORECASE), place=clicked.page.locator("#silence"))
    clicked.sees(re.compile("1 alert firing now"))
    clicked.fills("Why", "version 10 is being trained")
    clicked.fills("Your name", "anna")
    clicked.clicks_on("Silence them", "button")

    clicked.sees("version 10 is being trained")


def test_a_deployment_is_said_to_stand_by(clicked):
    clicked.task = "Say that a deployment is meant to stand by without traffic"
    clicked.clicks_on("loan-endpoint")
    clicked.clicks_on("Say or take back what is meant")
    form = clicked.page.locator("form[action='/console/said/intents']")
    clicked.fills("A deployment that stands by", "blue", form)
    clicked.fills("Until when", "2d", form)
    clicked.fills("Why", "the way back while green is new", form)
    clicked.fills("Your name", "anna", form)
    clicked.clicks_on("Say it", "button", form)

    clicked.sees("the way back while green is new")


def test_the_feature_that_drifted_is_found_with_its_history(clicked):
    clicked.task = "Find which feature drifted, and since when"
    clicked.clicks_on("loan-default", place=clicked.page.get_by_role("table"))

    clicked.sees("car_value")
    chart = clicked.page.get_by_role("img", name=re.compile("car_value")).first
    chart.scroll_into_view_if_needed()
    assert "limit" in (chart.get_attribute("aria-label") or "")


def test_what_a_version_misses_stands_on_its_promotion(clicked):
    clicked.task = "See which gates a version misses, and where it stands"
    clicked.goes_to("Promotions")
    clicked.clicks_on(re.compile("8"), place=clicked.page.get_by_role("table"))

    clicked.sees(re.compile("below the floor of 0.95"))


def test_a_gate_is_let_pass_in_ones_own_name(clicked):
    clicked.task = "Let a gate pass for one version, in one's own name"
    clicked.goes_to("Promotions")
    clicked.clicks_on(re.compile("8"), place=clicked.page.get_by_role("table"))
    clicked.clicks_on("Let gates pass", "summary")
    form = clicked.page.locator("#override form")
    form.get_by_role("checkbox").first.check()
    clicked.clicks += 1
    clicked.fills("Until when", "2d", form)
    clicked.fills("Why", "the old floor was meant", form)
    clicked.fills("Your name", "carla", form)
    clicked.clicks_on("Let them pass", "button", form)

    clicked.sees("the old floor was meant")


def test_an_old_event_is_decided_once_more(clicked):
    clicked.task = "Decide an old event once more, and see what would differ"
    clicked.goes_to("Events")
    clicked.page.locator("main th a").first.click()
    clicked.clicks += 1
    clicked.clicks_on("Dry run from what was recorded")

    assert clicked.heading.startswith("It ")
    clicked.sees("Nothing was written or sent.")


def test_a_changed_policy_is_tried_on_what_has_happened(clicked):
    clicked.task = "Try a changed policy on the last three months"
    clicked.goes_to("What if")
    clicked.clicks_on("Take it", "button")
    policy = clicked.page.get_by_label("The policy")
    text = policy.input_value()
    assert "limit: 0.02" in text
    policy.fill(text.replace("limit: 0.02", "limit: 0.1"))
    clicked.page.get_by_label("Over the last").select_option("90d")
    clicked.clicks_on("Decide it again", "button")

    clicked.sees(re.compile(r"-\d+ alerts raised"))


def test_the_documentation_promises_these_clicks():
    page = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")

    told = dict(re.findall(r"^\| ([A-Z][^|]+?) \| (\d+) \|", page, re.MULTILINE))
    assert told == {task: str(clicks) for task, clicks in CLICKS.items()}
