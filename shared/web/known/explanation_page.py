"""The page of an alert, and of anything else that can be explained: to read, print and keep."""

from shared.domain.wording import one_line
from shared.service.explaining import Explanation
from shared.service.explaining.explanation import Moment, ThingKind
from shared.service.explaining.wording import spell_second
from shared.web.reports.page import render

_NAME, _SENTENCE, _TEXT = 200, 1500, 4000
_TONES = {"critical": "fail", "warning": "inconclusive", "info": "pass"}


def explanation_page(story: Explanation) -> str:
    """What it is, how it stands, the first step, all that was decided, and what can be done.

    One page without script or anything from elsewhere; what others wrote is escaped and cut.
    """
    return render(
        "explanation.html.j2",
        story=story,
        alert=story.alert,
        fires=story.alert is not None and story.alert.ended is None,
        tone=_TONES.get(story.alert.severity, "") if story.alert is not None else "",
        is_alert=story.thing.kind is ThingKind.ALERT,
        when=spell_second,
        name=_name,
        sentence=_sentence,
        lines=_lines,
        by=_by,
    )


def _name(text: str) -> str:
    return one_line(text, _NAME)


def _sentence(text: str) -> str:
    return one_line(text, _SENTENCE)


def _lines(text: str) -> list[str]:
    """Somebody's text line by line, without what cannot be printed."""
    return [
        line for line in (one_line(part, _SENTENCE) for part in text[:_TEXT].splitlines()) if line
    ]


def _by(moment: Moment) -> str:
    """Which rule said it, for what reason, upon what."""
    rule, reason = moment.rule.replace("_", " "), moment.reason.replace("_", " ")
    upon = f"{moment.event} of {moment.subject}" if moment.subject else moment.event
    return one_line(f"{rule}, {reason}; {upon}" if rule else f"{reason}; {upon}", _NAME)
