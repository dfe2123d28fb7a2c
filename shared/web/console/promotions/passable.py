"""Which gates of a judgement somebody may let pass, by the names that an override has for them."""

from dataclasses import dataclass

from shared.domain.people.override import is_passable
from shared.domain.verdict import Verdict
from shared.service.promotion_story.story import PromotionStory, Weight


@dataclass(frozen=True, slots=True)
class Passable:
    """A gate by its name in an override, and what it said."""

    name: str
    sentence: str


def passable(story: PromotionStory) -> list[Passable]:
    """Those that block and may be let pass: by their one thing, or else by their whole rule.

    Of a promotion that has ended it counts once the version is put forward again.
    """
    found: dict[str, Passable] = {}
    for gate in () if story.judgement is None else story.judgement.gates:
        finding = gate.finding
        if finding.verdict is Verdict.PASS or gate.weight is not Weight.ENFORCED:
            continue
        names = (finding.thing, finding.rule.value)
        name = next((one for one in names if is_passable(one)), None)
        if name is not None:
            found.setdefault(name, Passable(name, finding.sentence))
    return list(found.values())
