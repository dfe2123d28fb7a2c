"""A page keeps itself up to date, without losing what somebody has open or is writing."""

import re


def test_what_is_decided_meanwhile_appears_by_itself_and_what_is_open_stays_open(operator):
    reader, other = operator(), operator()
    reader.opens("/console/said")
    reader.page.evaluate("window.neverLoadedAnew = true")

    other.opens("/console/said/intents?endpoint=loan-endpoint")
    form = other.page.locator("form[action='/console/said/intents']")
    other.fills("A deployment that stands by", "blue", form)
    other.fills("Until when", "1d", form)
    other.fills("Why", "seen without loading the page", form)
    other.fills("Your name", "ben", form)
    other.clicks_on("Say it", "button", form)

    reader.sees("seen without loading the page")
    assert reader.page.evaluate("window.neverLoadedAnew")


def test_whoever_pauses_a_page_is_left_alone_and_told_that_it_is_paused(operator):
    one = operator()
    one.opens("/console")
    button = one.page.get_by_role("button", name="Live")
    assert button.get_attribute("aria-pressed") == "true"

    button.click()

    paused = one.page.get_by_role("button", name="Paused")
    assert paused.get_attribute("aria-pressed") == "false"
    with one.page.expect_request(re.compile("/console$")):
        paused.click()


def test_a_page_that_cannot_be_fetched_any_more_says_that_it_is_not_up_to_date(operator):
    one = operator()
    one.opens("/console")
    one.page.context.set_offline(True)
    one.page.evaluate("htmx.trigger(document.querySelector('main'), 'refresh')")

    one.page.get_by_role("button", name="Not up to date").wait_for()
    one.faults.clear()


def test_alerts_like_one_come_once_somebody_reads_that_far(operator):
    one = operator()
    one.opens("/console")
    one.clicks_on(re.compile("approved_and_repaid fell"))
    one.page.get_by_role("heading", name="Like it").scroll_into_view_if_needed()

    one.page.locator("#alike").get_by_text("features drifted").wait_for()


def test_a_page_works_without_script(operator):
    one = operator(java_script_enabled=False)
    one.opens("/console")
    one.clicks_on(re.compile("approved_and_repaid fell"))

    one.sees("The first step")
    one.clicks_on("Take it on", "summary")
    assert one.page.locator("#take form").is_visible()
