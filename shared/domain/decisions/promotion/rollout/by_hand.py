"""A rollout that people carry out: Driftgate shows the plan, what comes next, and sees the end."""

from shared.domain.decisions.promotion.rollout.commands import as_command
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look
from shared.domain.decisions.promotion.rollout.moving import returned
from shared.domain.decisions.promotion.rollout.planning import details
from shared.domain.decisions.promotion.rollout.spelling import spell_split
from shared.domain.decisions.promotion.step import Step
from shared.domain.promotion import RolloutStatus
from shared.domain.splits import alike
from shared.domain.verdict import Verdict


def by_hand(look: Look) -> Step:
    """Where the shares stand on the plan, and the command for the step after.

    Nothing is asked for. The rollout is complete when the version has everything; back at the
    split of before, after a step was seen, it is taken out.
    """
    rollout, live = look.rollout, look.live
    last = len(rollout.steps) - 1
    at = next((n for n in range(last, -1, -1) if alike(live, rollout.steps[n])), None)
    if at == last:
        done = look.turned(status=RolloutStatus.COMPLETE, at=last, order=None, cause=None, why="")
        sentence = f"{look.named} has all the traffic of {rollout.endpoint}, moved by hand."
        return done.says(Verdict.PASS, "complete", sentence)
    if at is None and rollout.at >= 0 and alike(live, rollout.before):
        return returned(look.turned(why="Ended by hand."))
    here = look if at is None or at == rollout.at else look.turned(at=at, since=look.now)
    following = here.rollout.steps[min(here.rollout.at + 1, last)]
    sentence = (
        f"The rollout of {look.named} at {rollout.endpoint} is for people to carry out (mode "
        f"{look.policy.mode.value}); the endpoint has {spell_split(live)}. Next, step "
        f"{here.rollout.at + 2} of {last + 1}: {as_command(rollout.endpoint, following, live)}"
    )
    return here.says(
        Verdict.PASS,
        "by_hand",
        sentence,
        look_again=look.now + AGAIN,
        plan=details(rollout, look.policy),
    )
