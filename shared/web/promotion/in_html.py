"""The report of one promotion: one HTML file to read, to print and to keep."""

from typing import Any

from shared.domain.measures import spell_counted, spell_found, spell_limit
from shared.domain.wording import spell_duration
from shared.service.promotion_story import PromotionStory
from shared.web.promotion import words
from shared.web.promotion.traffic_chart import HEIGHT, LEFT, WIDTH, traffic_chart
from shared.web.reports.links import known_link
from shared.web.reports.page import render


def promotion_report(story: PromotionStory) -> str:
    """Verdict and phase, each gate with its numbers, who agreed, the traffic, every decision.

    One page without script or anything from elsewhere; what others wrote is escaped and cut.
    """
    return render("promotion.html.j2", **values_of(story))


def values_of(story: PromotionStory) -> dict[str, Any]:
    """What the parts of a promotion are made of, in its report and in its page of the console."""
    rollout = story.rollout
    return {
        "story": story,
        "words": words,
        "found": spell_found,
        "limit": spell_limit,
        "counted": spell_counted,
        "duration": spell_duration,
        "link": None if story.run is None else known_link(story.run.address),
        "chart": None if rollout is None else traffic_chart(rollout.shares, rollout.deployment),
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
    }
