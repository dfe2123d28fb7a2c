"""The words that both forms of a promotion's report share."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import ApprovalSeen, Phase
from shared.domain.wording import begin, one_line, spell_number, spell_time
from shared.service.promotion_story import PromotionStory
from shared.service.promotion_story.story import ApprovalsTold, ChainTold

NAME, SENTENCE = 120, 600
"""So many letters of a name and of a sentence are shown."""
SHORT = 16
"""So many digits of a hash are shown in lists; the whole one stands where it is verified."""

_PHASES = {
    Phase.WAITING: ("waiting", "Something is missing that time may bring."),
    Phase.BLOCKED: ("blocked", "Something is missing that people have to mend."),
    Phase.REQUESTED: ("requested", "Every gate passed; its pipeline is being started."),
    Phase.RUNNING: ("running", "Its pipeline runs, with the approvals of its environment."),
    Phase.ROLLING: ("rolling out", "The traffic moves to it step by step."),
    Phase.WATCHED: ("watched", "It has the traffic and is watched for a time."),
    Phase.DONE: ("done", "It came through and is tagged with the stage."),
    Phase.REFUSED: ("refused", "It was refused."),
    Phase.FAILED: ("failed", "It did not come through."),
    Phase.ROLLED_BACK: ("rolled back", "It was taken back; the version before serves again."),
    Phase.SUPERSEDED: ("superseded", "A newer version took its place."),
    Phase.GONE: ("gone", "The version is no longer there."),
}
_TONES = {
    Phase.DONE: "pass",
    Phase.WATCHED: "pass",
    Phase.BLOCKED: "fail",
    Phase.REFUSED: "fail",
    Phase.FAILED: "fail",
    Phase.ROLLED_BACK: "fail",
    Phase.WAITING: "inconclusive",
}


_ASKED_IN = {
    ApprovalPlace.PIPELINE: "",
    ApprovalPlace.DRIFTGATE: " in Driftgate",
    ApprovalPlace.EITHER: " in Driftgate or in the pipeline",
}


def phase_word(phase: Phase | None) -> str:
    """The phase as people say it."""
    return "no longer remembered" if phase is None else _PHASES[phase][0]


def phase_tone(phase: Phase | None) -> str:
    """The verdict whose colour a phase has; empty for none."""
    return "" if phase is None else _TONES.get(phase, "")


def lead(story: PromotionStory) -> str:
    """Why it stands where it stands, in its own words or those of its phase."""
    why = one_line(story.why, SENTENCE)
    if why:
        return begin(why) + ("" if why.endswith((".", "…")) else ".")
    return "" if story.phase is None else _PHASES[story.phase][1]


def name(text: str) -> str:
    """Somebody else's name, on one line and cut."""
    return one_line(text, NAME)


def sentence(text: str) -> str:
    """Somebody else's sentence, on one line and cut."""
    return one_line(text, SENTENCE)


def when(time: datetime | None) -> str:
    """A time; a dash where there is none."""
    return "–" if time is None else spell_time(time)


def split(shares: Mapping[str, float]) -> str:
    """Shares by deployment, the largest first."""
    held = sorted(
        ((share, deployment) for deployment, share in shares.items() if share > 0),
        key=lambda one: (-one[0], one[1]),
    )
    return ", ".join(f"{name(d)} {spell_number(s)} %" for s, d in held) or "none"


def approvals_lead(told: ApprovalsTold) -> str:
    """How many approvals there are of how many."""
    if told.needed == 0:
        return "The stage asks for no approval besides those of the pipeline's environment."
    people = "person has" if told.needed == 1 else "people have"
    given = "approval counts" if told.counted == 1 else "approvals count"
    where = _ASKED_IN[told.asked_in]
    return f"{told.needed} {people} to approve{where}; {told.counted or 'no'} {given} so far."


def place(approval: ApprovalSeen) -> str:
    """Where it was given, as people say it."""
    return "in Driftgate" if approval.place == ApprovalPlace.DRIFTGATE else "in the pipeline"


def said(approval: ApprovalSeen) -> str:
    """What was said, and why where that is known."""
    reason = sentence(approval.reason)
    return f"{name(approval.status)}: {reason}" if reason else name(approval.status)


def counts(approval: ApprovalSeen) -> str:
    """Whether an approval counts, and why not."""
    if approval.counts:
        return "counts"
    why = sentence(approval.why)
    return f"does not count: {why}" if why else "does not count"


def chain_lead(chain: ChainTold) -> str:
    """Whether the ledger still is what was committed."""
    if chain.broken is not None:
        return f"The chain of decisions is broken. {chain.broken}"
    looked = "decision" if chain.checked == 1 else "decisions"
    return (
        f"{chain.checked} {looked} of the model hashed again: each is what was committed, and "
        "names the hash of the one before it."
    )
