"""A model's page loads its charts behind itself, keeps them as it is fetched again, and tells more
on demand; who has no script is led to each of them."""

from typing import Any

from playwright.sync_api import expect

MODEL = "/console/models/loan-default?back=all"


def charts(one: Any) -> Any:
    return one.page.locator("main figure.chart svg")


def fetched_again(one: Any) -> None:
    """What the page does every ten seconds."""
    with one.page.expect_response(lambda answer: answer.url.endswith(MODEL)):
        one.page.evaluate("htmx.trigger(document.querySelector('main'), 'refresh')")
    one.page.wait_for_load_state("networkidle")


def test_charts_come_behind_the_page_and_stay_when_it_is_fetched_again(operator):
    one = operator()
    one.opens(MODEL)
    expect(charts(one)).to_have_count(5, timeout=20_000)
    one.clicks_on("The numbers of car_value", role="summary")

    fetched_again(one)

    assert charts(one).count() == 5
    assert one.page.locator("details[open] table").count() == 1


def test_what_comes_behind_a_page_leaves_its_title_alone(operator):
    one = operator()
    one.opens(MODEL)
    expect(charts(one)).to_have_count(5, timeout=20_000)
    one.page.wait_for_load_state("networkidle")

    assert one.page.title().startswith("loan-default: Needs somebody now")


def test_the_other_features_come_when_they_are_asked_for(operator):
    one = operator()
    one.opens(MODEL)
    expect(charts(one)).to_have_count(5, timeout=20_000)

    one.clicks_on("The other 5", role="summary")

    expect(charts(one)).to_have_count(10, timeout=20_000)
    fetched_again(one)
    assert charts(one).count() == 10


def test_who_has_no_script_is_led_to_each_chart(operator):
    one = operator(java_script_enabled=False)
    one.opens(MODEL)
    assert charts(one).count() == 0

    one.clicks_on("Show the traffic of loan-endpoint")

    assert one.heading == "Traffic of loan-endpoint"
    assert charts(one).count() == 1


def test_a_timeline_is_narrowed_and_the_page_comes_back_to_it(operator):
    one = operator()
    one.opens(MODEL)
    one.clicks_on("Alerts", place=one.page.get_by_role("navigation", name="Kinds of entries"))

    expect(one.page.locator("ol.timeline > li").first).to_contain_text("alert", timeout=20_000)
    assert one.page.url.endswith("back=all&kind=alerts#timeline")
    assert "deployment created" not in one.page.locator("ol.timeline").inner_text()
