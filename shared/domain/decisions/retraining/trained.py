"""Which version came of a retraining, and what became of that version."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.retraining.look import Look
from shared.domain.evidence import TrainedVersion
from shared.domain.promotion import Phase, Promotion
from shared.domain.retraining import Retraining, RetrainingPhase
from shared.domain.world import RETRAINING_TAG

_CORRELATION = "correlationId"
_ENDED = {Phase.REFUSED, Phase.FAILED, Phase.ROLLED_BACK, Phase.SUPERSEDED, Phase.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """How a retraining ended, by what its version's promotion says."""

    phase: RetrainingPhase
    because: str


def trained_version(one: Retraining, look: Look) -> TrainedVersion | None:
    """The version that says so by its tag, or whose job it is; of several the newest.

    Of a request that was posted for others, any version registered since is taken for what came
    of it: nobody told who trains.
    """
    found = [version for version in look.evidence.versions if _says_so(one, version)]
    if not found and one.posted:
        found = [version for version in look.evidence.versions if _came_since(one, version)]
    return found[-1] if found else None


def _says_so(one: Retraining, version: TrainedVersion) -> bool:
    tagged = {version.tags.get(RETRAINING_TAG), version.tags.get(_CORRELATION)}
    return one.id in tagged or (one.job is not None and version.job == one.job)


def _came_since(one: Retraining, version: TrainedVersion) -> bool:
    claimed = version.tags.get(RETRAINING_TAG)
    return (
        claimed is None
        and one.requested is not None
        and version.registered is not None
        and version.registered > one.requested
    )


def after_registration(one: Retraining, look: Look) -> Became | None:
    """Whether its version was promoted, or will not be; None while that is open.

    A version that its gates block may still be let through by somebody, for as long as a phase may
    last; after that it is taken as not promoted, so that the next retraining is not kept waiting.
    """
    mine = [promotion for promotion in look.evidence.promotions if promotion.version == one.version]
    through = came_through(mine, look)
    if through is not None:
        because = f"version {one.version} came through {through.stage}"
        return Became(phase=RetrainingPhase.PROMOTED, because=because)
    open_ = [promotion for promotion in mine if promotion.phase.is_open]
    blocked = [promotion for promotion in open_ if promotion.phase is Phase.BLOCKED]
    if open_ and len(blocked) == len(open_):
        last = blocked[-1]
        if look.waited(last.since) >= look.rules.stalls_after:
            return _not_promoted(one, last, "its gates block it")
        return None
    if open_:
        return None
    ended = [promotion for promotion in mine if promotion.phase in _ENDED]
    return _not_promoted(one, ended[-1], ended[-1].phase.value) if ended else None


def _not_promoted(one: Retraining, promotion: Promotion, word: str) -> Became:
    why = promotion.why.rstrip(".") or word
    because = f"version {one.version} was not promoted to {promotion.stage}: {why}"
    return Became(phase=RetrainingPhase.NOT_PROMOTED, because=because)


def came_through(promotions: list[Promotion], look: Look) -> Promotion | None:
    """The last promotion that came through the last stage; through any where no policy tells it."""
    last = None if look.policy is None else look.policy.way()[-1].name
    done = [
        promotion
        for promotion in promotions
        if promotion.phase is Phase.DONE and last in {None, promotion.stage}
    ]
    return max(done, key=lambda promotion: promotion.since, default=None)


def last_promoted(before: datetime | None, look: Look) -> datetime | None:
    """When a version last came through, whatever trained it."""
    through = came_through(list(look.evidence.promotions), look)
    times = [time for time in (before, through.since if through else None) if time is not None]
    return max(times, default=None)
