"""Every page, in light and dark, on a desk and on a phone: readable, and without a fault by axe."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.operator import Operator

PAGES = {
    "fleet": "/console",
    "models": "/console/models",
    "model": "/console/models/loan-default",
    "endpoints": "/console/endpoints",
    "endpoint": "/console/endpoints/loan-endpoint",
    "alerts": "/console/alerts",
    "alert": "FIRST /console/alerts",
    "promotions": "/console/promotions",
    "promotion": "/console/promotions/loan-default/9",
    "retrainings": "/console/retrainings",
    "explained": "/console/explain/receiver/on-call",
    "silencing": "/console/said/silences/new?matchers=kind%3Ddrift",
    "intents": "/console/said/intents",
    "events": "/console/events",
    "event": "FIRST /console/events",
    "dry-run": "FIRST /console/events /again?evidence=now",
    "what-if": "/console/whatif?model=loan-default",
    "what-if-report": "TRIED /console/whatif?model=loan-default",
    "said": "/console/said",
    "service": "/console/service",
    "fault": "/console/nowhere",
}
"""The address of each page.

`FIRST` is the one that the first link of a list leads to, `TRIED` what a changed policy leads to.
"""
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {
        "color_scheme": "light",
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
    },
}
KEPT = os.environ.get("DRIFTGATE_SCREENSHOTS")
"""A folder where some pages are kept as pictures, for the documentation."""
DESK = {"x": 0, "y": 0, "width": 1280, "height": 660}
CLIPS = {"phone": {"x": 0, "y": 0, "width": 390, "height": 844}}
SHOWN = {"fleet", "model", "endpoint", "alert", "promotion", "dry-run", "what-if-report"}
"""Those that docs/console.md shows: as much of each as its screen does."""


def opened(one: Operator, page: str) -> None:
    """At a page, by its address or by the list that leads to it."""
    first, _, rest = PAGES[page].partition(" ")
    if first == "TRIED":
        one.opens(rest)
        policy = one.page.locator("textarea")
        policy.fill(policy.input_value().replace("limit: 0.02", "limit: 0.1"))
        one.clicks_on("Decide it again", "button")
        return
    if first != "FIRST":
        one.opens(first)
        return
    listed, _, further = rest.partition(" ")
    one.opens(listed)
    links = one.page.locator("main th a, main h3 a")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    found = next(href for href in addresses if href.startswith(f"{listed}/"))
    one.opens(found.partition("?")[0] + further)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_fault_by_axe_and_fits_its_screen(operator, page, screen):
    one = operator(**SCREENS[screen])
    opened(one, page)
    one.page.wait_for_load_state("networkidle")
    if KEPT and page in SHOWN:
        folder = Path(KEPT)
        folder.mkdir(parents=True, exist_ok=True)
        one.page.screenshot(path=folder / f"{page}-{screen}.png", clip=CLIPS.get(screen, DESK))

    assert one.accessibility_faults() == []
    width = one.page.evaluate("document.documentElement.scrollWidth")
    assert width <= SCREENS[screen].get("viewport", {"width": 1280})["width"]
    assert re.search(r"\S", one.heading)
    if page == "fault":
        one.faults.clear()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_walked_through_by_keyboard_alone(operator, page):
    """What can be clicked can be reached, and is seen to be reached; the first is the way past."""
    one = operator()
    opened(one, page)
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.textContent") == "Skip to the page"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"

    reached = 0
    for _ in range(12):
        one.page.keyboard.press("Tab")
        outline = one.page.evaluate(
            "document.activeElement === document.body ? 'body' :"
            " getComputedStyle(document.activeElement).outlineStyle"
        )
        if outline == "body":
            break
        assert outline == "solid"
        reached += 1
    assert reached
    one.faults.clear()
