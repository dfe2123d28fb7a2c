"""Somebody at the console: what they see, what they do, and how many clicks it takes them."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Operator:
    """Works at a page by what stands on it, as people do; `clicks` are what that took."""

    page: Page
    address: str
    clicks: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.faults.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )

    def opens(self, path: str) -> None:
        """As a link in a message, or a bookmark, does."""
        self.page.goto(self.address + path)

    def clicks_on(self, name: str | re.Pattern[str], role: Any = "link", place: Any = None) -> None:
        """A link, a button or a summary, by what it is called."""
        within: Page | Locator = self.page if place is None else place
        if role == "summary":
            within.locator("summary", has_text=name).first.click()
        else:
            within.get_by_role(role, name=name).first.click()
        self.clicks += 1
        self.page.wait_for_load_state()

    def goes_to(self, place: str) -> None:
        """A place of the navigation."""
        self.clicks_on(place, place=self.page.get_by_role("navigation", name="Places"))

    def fills(self, label: str | re.Pattern[str], text: str, place: Any = None) -> None:
        """A field by its label."""
        within: Page | Locator = self.page if place is None else place
        within.get_by_label(label).first.fill(text)

    @property
    def heading(self) -> str:
        """The page's heading."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def text(self) -> str:
        """All that can be read on the page."""
        return " ".join(self.page.locator("main").inner_text().split())

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Waits until it stands on the page, which keeps itself up to date."""
        self.page.locator("main").get_by_text(text).first.wait_for(timeout=30_000)

    def accessibility_faults(self) -> list[str]:
        """What axe finds wrong on the page: the rule, and where."""
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['html'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
