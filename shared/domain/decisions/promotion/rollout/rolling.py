"""A rollout from its plan to its end, by whatever event or timer asks."""

from shared.domain.alert import Alert, Severity
from shared.domain.decisions.promotion.rollout.answers import answered, answers, not_made
from shared.domain.decisions.promotion.rollout.by_hand import by_hand
from shared.domain.decisions.promotion.rollout.changed import (
    deployment_gone,
    endpoint_gone,
    moved_by_others,
    stopped,
    undone_by_others,
)
from shared.domain.decisions.promotion.rollout.judging import being_given_back, judge
from shared.domain.decisions.promotion.rollout.look import AGAIN, Look, blind, entered
from shared.domain.decisions.promotion.rollout.moving import (
    ANSWERED,
    SLOW,
    ask_again,
    in_force,
    returned,
    unanswered,
    wait,
    wanted,
    written_since,
)
from shared.domain.decisions.promotion.rollout.overdue import end, is_overdue
from shared.domain.decisions.promotion.rollout.planned import begin, planned
from shared.domain.decisions.promotion.step import Scene, Step
from shared.domain.decisions.routing.route import FAILED
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import RolloutMode
from shared.domain.promotion import Promotion, Rollout, RolloutStatus, StopCause
from shared.domain.splits import alike
from shared.domain.verdict import Verdict
from shared.domain.world import Endpoint

__all__ = ["begin", "roll"]
_WITH_TRAFFIC = frozenset(RolloutStatus) - {RolloutStatus.PLANNED, RolloutStatus.STOPPED}
_ENDS = frozenset({RolloutStatus.COMPLETE, RolloutStatus.RETURNED})


def roll(promotion: Promotion, scene: Scene) -> Step:
    """What this look makes of a rollout: one change at most is asked for, never over a person's.

    The answer to a change is taken from its event where it comes; where it is lost, the endpoint
    shows what became of it. Traffic that fails is given back also where the policy has become
    `off` or `plan` meanwhile.
    """
    rollout = promotion.rollout
    if rollout is None:
        return begin(promotion, scene)
    if rollout.status in _ENDS:
        return Step(promotion=entered(promotion, rollout, scene.now))
    reading = scene.evidence.target
    unseen = blind(reading, rollout.endpoint, scene.now)
    found, gone = _of_it(reading, rollout)
    look = Look(
        promotion=promotion,
        rollout=rollout,
        scene=scene,
        endpoint=found if found is not None else _as_last_known(rollout),
    )
    if answers(scene.event, rollout):
        return answered(look, seen=unseen is None)
    if gone and rollout.status in _WITH_TRAFFIC:
        return endpoint_gone(look)
    if is_overdue(promotion, scene):
        return end(look)
    if unseen is not None:
        return _unseen(look, unseen)
    if rollout.status is RolloutStatus.RETURNING:
        return _under_way(look)
    if scene.stage.rollout.mode is not RolloutMode.ACT:
        return _for_people(look)
    if rollout.status is RolloutStatus.PLANNED:
        return planned(look) if rollout.at < 0 else stopped(_taken_up(look))
    if rollout.status is RolloutStatus.MOVING:
        return _under_way(look)
    if rollout.status is RolloutStatus.STOPPED:
        return stopped(look)
    if not look.is_carried:
        return deployment_gone(look)
    return judge(look) if alike(look.live, look.in_force) else moved_by_others(look)


def _of_it(reading: EndpointReading | None, rollout: Rollout) -> tuple[Endpoint | None, bool]:
    """The rollout's endpoint and whether it is gone; of another one nothing is concluded."""
    if reading is None or reading.name != rollout.endpoint:
        return None, False
    return reading.endpoint, reading.gone


def _under_way(look: Look) -> Step:
    """A change whose event has not come, or was lost: the endpoint tells."""
    rollout, back = look.rollout, look.rollout.status is RolloutStatus.RETURNING
    if alike(look.live, wanted(rollout)):
        return returned(look) if back else in_force(look)
    if rollout.order is not None and _failed(look):
        sentence = (
            f"Azure took the change of {rollout.endpoint} and did not make it: the endpoint is "
            f"{look.endpoint.provisioning_state}."
        )
        return not_made(look, sentence)
    asked = rollout.asked
    if asked is not None and look.now < asked + ANSWERED:
        return wait(look, _lasting(look))
    if not alike(look.live, look.in_force):
        return moved_by_others(look)
    if rollout.order is not None and written_since(look):
        return undone_by_others(look)
    return ask_again(look, _lasting(look))


def _failed(look: Look) -> bool:
    """Whether the endpoint failed by a write of after the change was asked for."""
    failed = look.endpoint.provisioning_state.casefold() in FAILED
    return failed and alike(look.live, look.in_force) and written_since(look)


def _for_people(look: Look) -> Step:
    """The policy leaves the moving to people, be it from the beginning or from now on."""
    rollout = look.rollout
    if rollout.status is RolloutStatus.PLANNED:
        return planned(look) if rollout.at < 0 else by_hand(look)
    at = rollout.at - 1 if rollout.status is RolloutStatus.MOVING else rollout.at
    left = look.turned(
        status=RolloutStatus.PLANNED, at=at, order=None, asked=None, tries=0, cause=None, why=""
    )
    return by_hand(left)


def _taken_up(look: Look) -> Look:
    """What people moved so far counts as a change of theirs: it goes on from where it stands."""
    return look.turned(
        status=RolloutStatus.STOPPED,
        cause=StopCause.CHANGED,
        why="The rollout was carried out by hand up to here.",
    )


def _unseen(look: Look, sentence: str) -> Step:
    """Nothing is concluded of an endpoint that cannot be read; the error keeps what was told."""
    rollout = look.rollout
    alerts = []
    lasted = look.now - (rollout.since or rollout.planned)
    if lasted >= look.policy.bake + look.policy.patience:
        alerts = [
            look.alert(
                "unseen",
                Severity.WARNING,
                f"the rollout of {look.named} cannot see {rollout.endpoint}",
                f"{sentence} Its traffic is left as it is.",
                "Mend what the sentence names; the rollout goes on by itself.",
            )
        ]
    return look.says(
        Verdict.ERROR, "cannot_look", sentence, alerts=alerts, look_again=look.now + AGAIN
    )


def _lasting(look: Look) -> list[Alert]:
    """The alerts of a change that is under way, as long as it is."""
    rollout = look.rollout
    lasted = look.now - (rollout.since or look.now)
    if rollout.status is RolloutStatus.RETURNING:
        late = lasted >= ANSWERED or rollout.order is None
        return [being_given_back(look), *([unanswered(look)] if late else [])]
    return [unanswered(look)] if lasted >= SLOW else []


def _as_last_known(rollout: Rollout) -> Endpoint:
    """An endpoint that could not be read, with what it had when it could."""
    last = rollout.in_force
    return Endpoint(
        name=rollout.endpoint,
        provisioning_state="Unknown",
        traffic=dict(last.traffic),
        mirror_traffic=dict(last.mirror),
    )
