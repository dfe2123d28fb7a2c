"""What the moments of a story are to a reader: it fired, was told of, taken on, silenced, over."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.finding import Rule
from shared.domain.verdict import Verdict
from shared.service.explaining.explanation import Moment


class Kind(StrEnum):
    """What happened at a moment, in a word."""

    FIRED = "fired"
    OVER = "over"
    TOLD = "told"
    NOT_TOLD = "not told"
    IN_HAND = "in hand"
    SILENCED = "silenced"
    UNDER_WAY = "under way"
    LOOKED = "looked at"

    @property
    def matters(self) -> bool:
        """Whether it is shown where not everything is."""
        return self not in {Kind.UNDER_WAY, Kind.LOOKED}

    @property
    def tone(self) -> str:
        """The colour that goes with the word."""
        return _TONES.get(self, "")


_TONES = {
    Kind.FIRED: "bad",
    Kind.OVER: "good",
    Kind.NOT_TOLD: "unsure",
}
_BY_REASON = {"raised": Kind.FIRED, "over": Kind.OVER}
_HOLDING = frozenset({Rule.SILENCE, Rule.MUTE_TIME, Rule.INHIBITION, Rule.FLAPPING, Rule.PACE})
_WAY = frozenset({Rule.ROUTE, Rule.GROUP, Rule.NOTICE, Rule.CHANNEL})
_NOTHING_NEW = "nothing_new"
_LOST = frozenset({"undelivered", "put_aside", "lost", "nowhere"})


@dataclass(frozen=True, slots=True)
class Step:
    """A moment, and what it is."""

    kind: Kind
    moment: Moment


def kind_of(moment: Moment) -> Kind:
    """What happened at it, by the rule that said it and its reason."""
    thing = moment.thing.partition("/")[0]
    if thing == "alert" and moment.reason in _BY_REASON:
        return _BY_REASON[moment.reason]
    if moment.rule == Rule.ACKNOWLEDGEMENT:
        return Kind.IN_HAND
    if moment.rule == Rule.SILENCE and thing == "silence":
        return Kind.SILENCED
    if moment.reason == "delivered":
        return Kind.TOLD
    if moment.reason in _LOST:
        return Kind.NOT_TOLD
    if moment.reason == _NOTHING_NEW:
        return Kind.LOOKED
    if moment.rule in _HOLDING:
        return Kind.UNDER_WAY if moment.reason == "released" else Kind.NOT_TOLD
    return Kind.UNDER_WAY if moment.rule in _WAY else Kind.LOOKED


def course(moments: Sequence[Moment], *, whole: bool) -> list[Step]:
    """The moments, newest first: all of them, or those that matter to who is called."""
    steps = [Step(kind_of(moment), moment) for moment in reversed(moments)]
    return [step for step in steps if whole or step.kind.matters]


def last_numbers(moments: Sequence[Moment], most: int = 12) -> list[Moment]:
    """What the last look of its subject that gave numbers found, one row a finding."""
    numbers = [one for one in moments if one.figures]
    if not numbers:
        return []
    last = max((one.until or one.at) for one in numbers)
    return [one for one in numbers if (one.until or one.at) == last][:most]


def raised_by(moments: Sequence[Moment]) -> Moment | None:
    """The decision that raised it last."""
    return next((one for one in reversed(moments) if kind_of(one) is Kind.FIRED), None)


def by_whom(moment: Moment) -> str:
    """Which rule said it, for what reason, upon what."""
    rule, reason = moment.rule.replace("_", " "), moment.reason.replace("_", " ")
    upon = f"{moment.event} of {moment.subject}" if moment.subject else moment.event
    verdict = "" if moment.verdict is Verdict.PASS else f"; {moment.verdict.value}"
    return f"{f'{rule}, {reason}' if rule else reason}; {upon}{verdict}"
