"""In whose name something is said with a form, and from when on: so that twice is once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import unquote

from shared.domain.canonical import parse_time
from shared.policies.durations import parse_duration
from shared.service.people.saying import Signed
from shared.web.console.forms import Fields
from shared.web.console.frame import Frame

WITHIN = timedelta(minutes=5)
"""A form that was open for longer counts from so short a time ago at most."""
_VIA = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is wrong with the form that was sent to the path `of_form`, and what was typed there.

    `all` has the texts of fields that are sent several times, such as checked boxes.
    """

    wrong: str | None = None
    of_form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    all: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, path: str) -> "Slip":
        """What of it belongs to the form that is sent to this path: all or nothing."""
        return self if unquote(self.of_form) == unquote(path) else NO_SLIP

    @classmethod
    def made(cls, frame: Frame, form: Fields, fault: Exception) -> Self:
        """A form was refused: why, and what stands in it."""
        return cls(wrong=str(fault), of_form=frame.path, typed=form.typed(), all=form.all)


NO_SLIP = Slip()


def signed(frame: Frame, form: Fields) -> Signed:
    """Whoever is signed in, before the name that the form asks for where nobody is; and why.

    Raises InvalidData naming the field that was left empty.
    """
    return Signed(
        author=frame.caller.name or form.needed("author", "Your name"),
        reason=form.needed("reason", "Why"),
        now=counted_from(form.text("opened"), frame.now),
        via=_VIA,
    )


def counted_from(opened: str | None, now: datetime) -> datetime:
    """When something counts as said: when its form was opened, or a little before now.

    What is said has its identity from its words and its time, so that a form which is sent twice,
    by a second click or by going back, says one thing.

    >>> counted_from("2026-02-03T12:00:00Z", parse_time("2026-02-03T12:11:30Z")).isoformat()
    '2026-02-03T12:10:00+00:00'
    """
    try:
        begun = parse_time(opened or "")
    except (ValueError, OverflowError):
        return now
    if not begun <= now:
        return now
    return begun + (now - begun) // WITHIN * WITHIN


def ending(text: str | None) -> dict[str, str]:
    """Until when, or for how long: one field of a form as the two that the service takes.

    >>> ending("2h"), ending("Friday 18:00Z"), ending(None)
    ({'lasts': '2h'}, {'until': 'Friday 18:00Z'}, {})
    """
    if text is None:
        return {}
    try:
        parse_duration(text)
    except (ValueError, OverflowError):
        return {"until": text}
    return {"lasts": text}
