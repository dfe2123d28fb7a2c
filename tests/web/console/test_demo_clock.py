"""A console whose time is not that of the wall says so on every page."""

from dataclasses import replace

from shared.home_clock import HomeClock
from tests.conftest import NOON
from tests.web.console.reading import Console


def test_the_demo_says_that_its_clock_goes_on_from_where_its_story_ended(scene):
    clock = HomeClock.begin(scene.home, NOON, scene.clock)
    scene.application = replace(scene.application, clock=clock)

    page = Console(scene).get("/console")

    assert "Demo, 2026-02-03 12:00" in page.text
    assert "This is the demo: its story ended" in page.text


def test_a_console_on_the_walls_clock_says_nothing_of_a_demo(scene):
    text = Console(scene).get("/console").text

    assert "This is the demo" not in text
    assert "Demo, " not in text
