"""From a notice to what a message says: sorted by importance, cleaned, cut to the room there is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from shared.domain.notices import Notice, NoticedAlert
from shared.domain.wording import begin
from shared.ports import Sending
from shared.rendering.addresses import plain_name, report_of
from shared.rendering.content import Command, Content, State, Told
from shared.rendering.escaping import clean, clean_line, unlinked
from shared.rendering.shortening import shortened
from shared.rendering.wording import (
    SEVERITY,
    counted,
    importance,
    is_several,
    lasting,
    state_of,
    state_word,
    why_now,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much a message may say: how many alerts, and the characters of each part.

    `alone` is for the text of the only alert, `each` for that of one of several; `lines` are those
    of either. After the first `whole` ones an alert is told without text and first step.
    """

    alerts: int
    alone: int
    each: int
    step: int
    title: int
    lines: int = 12
    whole: int = 3


ROOMS = (
    Room(alerts=10, alone=2600, each=500, step=500, title=280),
    Room(alerts=7, alone=1600, each=300, step=360, title=220),
    Room(alerts=4, alone=900, each=200, step=260, title=180),
    Room(alerts=2, alone=400, each=120, step=180, title=140),
    Room(alerts=1, alone=160, each=80, step=120, title=100),
)
WIDE = Room(alerts=40, alone=8000, each=1200, step=1000, title=300, lines=500, whole=40)

_T = TypeVar("_T")
_MOST_FACTS = 8
_MOST_FOLDED = 8
_SUMMARY = 600
_NOW = 240
_FIRST_OF_MANY = 110
_BODY = 6000
_NO_MODELS = frozenset({"budget", "endpoint", "receiver", "service", "silences", "source"})
_BETWEEN_WORDS = re.compile(r"[^\w./-]+")


def fitting(
    sending: Sending,
    write: Callable[[Content], _T],
    fits: Callable[[_T], bool],
    rooms: tuple[Room, ...] = ROOMS,
) -> _T:
    """The fullest message that fits; the last room is made to fit always."""
    written = write(compose(sending, rooms[0]))
    for room in rooms[1:]:
        if fits(written):
            break
        written = write(compose(sending, room))
    return written


def compose(sending: Sending, room: Room) -> Content:
    """What a message says that has this much room."""
    notice = sending.notice
    state = state_of(notice)
    ranked = sorted(notice.alerts, key=importance)
    listed = ranked[: room.alerts]
    several = is_several(notice)
    told = [
        _told(alert, sending, room, several=several, whole=place < room.whole)
        for place, alert in enumerate(listed)
    ]
    body, is_html, failed = _body(sending)
    cut = any(was_cut for _, was_cut in told) and body is None
    worst = ranked[0] if ranked else None
    report = None if worst is None else report_of(sending, worst.fingerprint)
    return Content(
        state=state,
        severity=notice.severity,
        reason=notice.reason,
        group=notice.group,
        heading=_heading(notice, ranked, state, room),
        now=shortened(clean_line(why_now(notice)), _NOW),
        summary=_summary(notice),
        alerts=tuple(one for one, _ in told),
        several=several,
        body=body,
        body_is_html=is_html,
        notes=tuple(_notes(sending, len(ranked) - len(listed), failed, cut=cut)),
        report=report,
        silence=None if report is None or state is State.RESOLVED else f"{report}#silence",
        commands=tuple(_commands(sending, worst)),
        footer=_footer(notice),
    )


def _heading(notice: Notice, ranked: list[NoticedAlert], state: State, room: Room) -> str:
    total = len(ranked) + notice.omitted
    title = ranked[0].title if ranked and state is not State.DIGEST else notice.title
    what = shortened(unlinked(clean_line(title)), room.title)
    if ranked and not what:
        what = _kind(ranked[0])
    if total > 1 and state is not State.DIGEST:
        scope = shortened(clean_line(notice.scope), 60)
        first = shortened(what, _FIRST_OF_MANY)
        what = f"{counted(total, 'alert', 'alerts')} of {scope}, the first: {first}"
    return f"{state_word(state, notice.severity)}: {what}"


def _told(
    alert: NoticedAlert, sending: Sending, room: Room, *, several: bool, whole: bool
) -> tuple[Told, bool]:
    """It, and whether its text had to be cut; of what is over, the figures are no longer true."""
    ours = sending.public_url
    title = unlinked(clean_line(alert.title), ours)
    text = _without_title(unlinked(clean(alert.text), ours), title)
    step = unlinked(clean(alert.first_step), ours)
    if alert.ended is not None:
        text = step = ""
    short_text = shortened(text, room.each if several else room.alone, room.lines) if whole else ""
    short_step = shortened(step, room.step) if whole else ""
    word = "Over" if alert.ended is not None else SEVERITY[alert.severity]
    told = Told(
        fingerprint=plain_name(alert.fingerprint),
        severity=alert.severity,
        heading=f"{word}: {shortened(title, room.title) or _kind(alert)}",
        facts=tuple(_facts(alert, sending.notice)),
        text=short_text,
        first_step=short_step,
        over=alert.ended is not None,
        report=report_of(sending, alert.fingerprint),
    )
    return told, (short_text, short_step) != (text, step)


def _kind(alert: NoticedAlert) -> str:
    return alert.kind.value.replace("_", " ")


def _without_title(text: str, title: str) -> str:
    """Many texts begin with the sentence that is their title: once is enough."""
    if text[: len(title)].casefold() != title.casefold() or text[len(title) :][:1] != ".":
        return text
    return text[len(title) + 1 :].strip()


def _facts(alert: NoticedAlert, notice: Notice) -> Iterator[tuple[str, str]]:
    several = is_several(notice)
    yield ("From" if alert.ended is not None else "Since"), lasting(alert, notice.made)
    if alert.over:
        yield "Ended by", _value(begin(alert.over), 300)
    belongs = list(_belongs(alert, notice))
    if belongs:
        yield "Of", _value(" · ".join(belongs), 300)
    if alert.ended is None and (alert.owner or not several):
        yield "Owner", _value(alert.owner, 120) if alert.owner else "nobody yet"
    some_are_old = not all(one.new for one in notice.alerts)
    marks = (("new", alert.new and several and some_are_old), ("comes and goes", alert.flapping))
    if any(holds for _, holds in marks):
        yield "Note", ", ".join(word for word, holds in marks if holds)
    if several:
        yield "Fingerprint", plain_name(alert.fingerprint)


def _belongs(alert: NoticedAlert, notice: Notice) -> Iterator[str]:
    """What it is about, but what the title says already."""
    kind, _, name = alert.subject.partition("/")
    said = {word.strip("./-") for word in _BETWEEN_WORDS.split(alert.title[:1000])}
    if name and name not in said:
        yield f"{kind} {name}"
    of_model = notice.scope.partition(".")[0] not in _NO_MODELS
    told = is_several(notice) or notice.scope in {name, *said}
    if of_model and not told:
        yield f"model {notice.scope}"
    for label, value in sorted(alert.labels.items())[:_MOST_FACTS]:
        if value and value not in {name, notice.scope} and value not in said:
            yield f"{label} {value}"


def _value(text: str, most: int) -> str:
    return shortened(unlinked(clean_line(text)), most)


def _summary(notice: Notice) -> str | None:
    return shortened(unlinked(clean_line(notice.summary or "")), _SUMMARY) or None


def _body(sending: Sending) -> tuple[str | None, bool, str | None]:
    """The template's text, whether that is HTML, and why there is none."""
    if sending.template is None:
        named = sending.receiver.template
        return None, False, f"{named} could not be read; add the file." if named else None
    from shared.rendering.templating import TemplateFailed, is_html, render_template

    try:
        text = render_template(sending)
    except TemplateFailed as problem:
        return None, False, str(problem)
    if is_html(sending):
        return text, True, None
    return shortened(clean(text), _BODY) or None, False, None


def _notes(sending: Sending, unlisted: int, failed: str | None, *, cut: bool) -> Iterator[str]:
    notice = sending.notice
    if any(kind not in notice.title for kind in notice.folded):
        kinds = sorted(notice.folded.items(), key=lambda one: (-one[1], one[0]))
        told = [f"{_value(kind, 40).replace('_', ' ')} {count}" for kind, count in kinds]
        more = len(told) - _MOST_FOLDED
        rest = f" and {counted(more, 'kind', 'kinds')} more" if more > 0 else ""
        yield f"By kind: {', '.join(told[:_MOST_FOLDED])}{rest}."
    omitted = notice.omitted + unlisted
    if notice.folded and not omitted:
        yield "All of them: driftgate alerts"
    if omitted:
        yield f"{counted(omitted, 'alert is', 'alerts are')} not listed here: driftgate alerts"
    if notice.held:
        yield (
            f"{counted(notice.held, 'alert is', 'alerts are')} held back by a silence, an "
            "acknowledgement or another alert."
        )
    if cut:
        where = "the report" if sending.public_url else "driftgate explain"
        yield f"Cut to fit; {where} has the whole text."
    if failed is not None:
        yield f"The template could not be used, so this is the built-in text: {_value(failed, 240)}"


def _commands(sending: Sending, worst: NoticedAlert | None) -> Iterator[Command]:
    if worst is None:
        return
    notice, name = sending.notice, plain_name(worst.fingerprint)
    which = " the first" if is_several(notice) else ""
    if worst.ended is None:
        if worst.owner is None:
            taken = f'driftgate acknowledge {name} --because "..."'
            yield Command(what=f"Acknowledge{which}", command=taken)
        silence = f'driftgate silence "fingerprint={name}" --for 4h --because "..."'
        yield Command(what=f"Silence{which}", command=silence)
    if sending.public_url is None:
        yield Command(what=f"Explain{which}", command=f"driftgate explain {name}")


def _footer(notice: Notice) -> str:
    receiver, scope = (
        shortened(clean_line(notice.receiver), 60),
        shortened(clean_line(notice.scope), 60),
    )
    number, name = notice.number, plain_name(notice.id)
    return f"Driftgate · {scope} · message {number} to {receiver} · notice {name}"
