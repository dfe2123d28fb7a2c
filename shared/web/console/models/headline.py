"""How a model stands, in one sentence."""

from shared.domain.wording import spell_list, spell_number
from shared.service.overview.model_picture import ModelPicture
from shared.web.console.standing import Headline, most_urgent


def headline(picture: ModelPicture) -> Headline:
    """What needs somebody first; else that nothing is wrong, and what serves."""
    row = picture.row
    firing = [alert for alert in picture.alerts if alert["status"] == "firing"]
    urgent = most_urgent(firing, picture.promotions)
    if urgent is not None and urgent.tone:
        return urgent
    if row.problem is not None:
        return Headline(
            sentence="Its policy cannot be read, so nothing new is decided by it.",
            tone="unsure",
            step=row.problem,
        )
    if urgent is not None:
        return urgent
    if not row.has_policy:
        return Headline(
            sentence="No policy names it: its gates, drift and figures are not watched.",
            tone="unsure",
            step=f"Write a policy that begins with `model: {row.name}` and put it beside the "
            "others.",
        )
    if not picture.is_decided:
        return Headline(
            sentence="Nothing was decided about it yet.",
            tone="",
            step="It is looked at when a version is registered, and by the next timers.",
        )
    if picture.unread:
        return Headline(
            sentence="Nothing is known to be wrong, but its rows could not be looked at.",
            tone="unsure",
        )
    serves = [
        f"{one.carries or one.deployment} has {spell_number(one.share)} % of {one.endpoint}"
        for one in row.serving
    ]
    if serves:
        return Headline(sentence=f"Nothing is wrong: {spell_list(serves)}.", tone="good")
    return Headline(sentence="Nothing is wrong; no version of it is known to serve.", tone="good")
