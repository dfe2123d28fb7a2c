"""How an endpoint's traffic stands, in one sentence: a share of 0 % comes before everything."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.wording import spell_list, spell_number
from shared.service.overview.watched import ABOUT_ZERO, EndpointRow
from shared.web.console.standing import Headline, most_urgent


def headline(row: EndpointRow, firing: Sequence[Mapping[str, Any]]) -> Headline:
    """A deployment that gets nothing though it should, then what else needs somebody."""
    about_zero = [alert for alert in firing if alert["kind"] in ABOUT_ZERO]
    urgent = most_urgent(about_zero) if about_zero else None
    if urgent is not None and urgent.tone == "bad":
        return urgent
    urgent = most_urgent(firing)
    if urgent is not None:
        return urgent
    if not row.looks:
        return Headline(
            sentence="Nobody has looked at it yet.",
            tone="",
            step="The timer looks at every endpoint; with an event of its deployment it is sooner.",
        )
    if not row.serving:
        return Headline(
            sentence="No deployment of it has a share of the traffic.",
            tone="unsure",
            step="Where that is meant, say so and until when; else give one of them its share.",
        )
    shares = [f"{one.deployment} {spell_number(one.share)} %" for one in row.serving]
    zero = [one.deployment for one in row.without]
    meant = f"; {spell_list(zero)} with 0 %, as may be" if zero else ""
    return Headline(sentence=f"Nothing is wrong: {spell_list(shares)}{meant}.", tone="good")
