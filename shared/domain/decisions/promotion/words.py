"""What people said of a promotion, in the environment of its pipeline or to Driftgate itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.promotion.basis import in_force, named_in
from shared.domain.decisions.promotion.step import Scene
from shared.domain.evidence.promotion import PipelineReading
from shared.domain.people.approval import spelled
from shared.domain.pipelines import Approval, ApprovalStep
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import ApprovalSaid, Promotion
from shared.domain.wording import one_line, spell_time

APPROVED, REJECTED = "approved", "rejected"
MOST_COMMENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One person's word, the same for every place; `basis` is the hash of what it is of.

    `name` is how the person is shown, `gone` says why it is no word any more.
    """

    place: ApprovalPlace
    by: str
    status: str
    at: datetime
    basis: str | None
    name: str | None = None
    reason: str = ""
    gone: str = ""

    @property
    def rejects(self) -> bool:
        """Whether it is a refusal, as people or platforms spell it."""
        return self.status.casefold() == REJECTED

    @property
    def names(self) -> frozenset[str]:
        """Both names of the person: a directory has one of them more often than the other."""
        return frozenset(filter(None, (spelled(self.by), spelled(self.name))))


def words_of(promotion: Promotion, scene: Scene) -> list[Word]:
    """What was said, the oldest first; what a platform gives no time for comes last."""
    reading, words = scene.evidence.pipeline, list[tuple[bool, Word]]()
    if reading is not None and reading.problem is None:
        words += _in_pipeline(promotion, reading)
    if scene.stage.approvals.given is not ApprovalPlace.PIPELINE:
        words += [(False, word) for word in _to_driftgate(promotion, scene)]
    return [word for _, word in sorted(words, key=lambda one: (one[0], one[1].at))]


def _in_pipeline(promotion: Promotion, reading: PipelineReading) -> Iterable[tuple[bool, Word]]:
    """Each with whether its time is not told: it has that of when it was first seen then."""
    before = {
        (one.by, one.status): one.at
        for one in promotion.approvals
        if one.place == ApprovalPlace.PIPELINE
    }
    for step in _steps(reading.approvals):
        if step.status.casefold() not in {APPROVED, REJECTED}:
            continue
        by = step.by or ""
        at = step.at or before.get((by, step.status)) or reading.taken
        bound = named_in(promotion, step.comment or "") or in_force(
            promotion, at, before=step.at is None
        )
        word = Word(
            place=ApprovalPlace.PIPELINE,
            by=by,
            name=step.name,
            status=step.status,
            at=at,
            basis=None if bound is None else bound.hash,
        )
        yield step.at is None, word


def _steps(approvals: tuple[Approval, ...]) -> list[ApprovalStep]:
    steps = [step for approval in approvals for step in approval.steps]
    return sorted(steps, key=lambda step: (step.at is None, step.at.timestamp() if step.at else 0))


def _to_driftgate(promotion: Promotion, scene: Scene) -> Iterable[Word]:
    identity = promotion.identity(scene.policy.model)
    mine = [one for one in scene.said if one.promotion == identity and one.basis]
    for one in sorted(mine, key=lambda one: (one.since, one.id)):
        yield Word(
            place=ApprovalPlace.DRIFTGATE,
            by=one.author,
            name=one.person,
            status=APPROVED if one.approves else REJECTED,
            at=one.since,
            basis=one.basis,
            reason=one_line(one.reason, MOST_COMMENT),
            gone=_taken_back(one),
        )


def _taken_back(said: ApprovalSaid) -> str:
    if said.withdrawn is None:
        return ""
    because = one_line(said.withdrawn_because or "", MOST_COMMENT).rstrip(".")
    return f"it was taken back {spell_time(said.withdrawn)}: {because}"
