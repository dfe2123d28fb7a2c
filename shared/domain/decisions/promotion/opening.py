"""Which version may go through a stage: the newer one, and one at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.ordering import natural
from shared.domain.policy import StagePolicy
from shared.domain.promotion import Phase, Promotion

SLACK = timedelta(minutes=30)
"""So long after its end a watch may still be concluded by a look that comes late."""
BASES_OF_ENDED, MISSING_OF_ENDED = 5, 5
MOST_ENDED = 10
"""So many that have ended are remembered."""
_MOVING = frozenset({Phase.RUNNING, Phase.ROLLING, Phase.WATCHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """All promotions of a model after one more has entered a stage, or was in it already."""

    promotions: tuple[Promotion, ...]
    promotion: Promotion


def open_promotion(
    promotions: Sequence[Promotion],
    *,
    version: str,
    stage: StagePolicy,
    registered: datetime,
    at: datetime,
) -> Opened:
    """Let a version enter a stage; it supersedes older ones that can still be called back.

    Where a newer version is on its way through the stage, or came through, it ends at once.
    `registered` is when the version was registered.
    """
    there = [one for one in promotions if one.stage == stage.name]
    known = next((one for one in there if one.version == version and one.phase.is_open), None)
    if known is not None:
        return Opened(promotions=tuple(promotions), promotion=known)
    promotion = Promotion(
        version=version,
        stage=stage.name,
        phase=Phase.WAITING,
        begun=at,
        since=at,
        registered=registered,
    )
    newer = next((one for one in there if _came_first(one) and is_newer(one, promotion)), None)
    if newer is not None:
        why = f"version {newer.version}, which is newer, went before it"
        promotion = replace(promotion, phase=Phase.SUPERSEDED, why=why)
        return Opened(promotions=keep(promotions, promotion), promotion=promotion)
    kept = give_place(promotions, promotion, stage, at)
    return Opened(promotions=keep(kept, promotion), promotion=promotion)


def give_place(
    promotions: Iterable[Promotion], promotion: Promotion, stage: StagePolicy, at: datetime
) -> tuple[Promotion, ...]:
    """The promotions after older ones in the stage that can be called back made place for one."""
    why = f"version {promotion.version} was registered after it"
    return tuple(
        replace(one, phase=Phase.SUPERSEDED, since=at, why=why)
        if one.stage == stage.name
        and one.version != promotion.version
        and can_be_recalled(one, stage, at)
        else one
        for one in promotions
    )


def ahead_of(
    promotion: Promotion, promotions: Iterable[Promotion], stage: StagePolicy, at: datetime
) -> Promotion | None:
    """Another version that is on its way through the stage and cannot be called back."""
    return next(
        (
            one
            for one in promotions
            if one.stage == promotion.stage
            and one.version != promotion.version
            and one.phase.is_open
            and not can_be_recalled(one, stage, at)
        ),
        None,
    )


def can_be_recalled(promotion: Promotion, stage: StagePolicy, at: datetime) -> bool:
    """Whether nothing moves for it, not yet or not any more.

    A run that was ordered may have begun before it is told, so an order counts as under way; a
    request that people carry out does not. One whose watch is over and came to no conclusion does
    not hold up the next.
    """
    if promotion.phase is Phase.REQUESTED:
        return stage.pipeline is None
    if promotion.phase is Phase.WATCHED:
        over = promotion.since + stage.watch.time + SLACK
        return promotion.returning is None and at >= over
    return promotion.phase.is_open and promotion.phase not in _MOVING


def is_newer(one: Promotion, other: Promotion) -> bool:
    """Whether a version was registered after another; of the same moment, by its number."""
    return _age(one) > _age(other)


def keep(promotions: Iterable[Promotion], promotion: Promotion) -> tuple[Promotion, ...]:
    """Put it in the place it had, or last; of those that ended the last few are kept.

    What could be approved of them is known by its hash, not any more by its facts.
    """
    kept = [_shortened(one) for one in promotions]
    promotion = _shortened(promotion)
    places = [n for n, one in enumerate(kept) if _key(one) == _key(promotion)]
    if places:
        kept[places[0]] = promotion
    else:
        kept.append(promotion)
    ended = [one for one in kept if not one.phase.is_open]
    forgotten = {_key(one) for one in sorted(ended, key=lambda one: one.since)[:-MOST_ENDED]}
    return tuple(one for one in kept if _key(one) not in forgotten)


def _shortened(promotion: Promotion) -> Promotion:
    """What ended, without what only those on their way need; however it ended."""
    if promotion.phase.is_open:
        return promotion
    bases = tuple(replace(basis, facts={}) for basis in promotion.bases[-BASES_OF_ENDED:])
    return replace(promotion, bases=bases, missing=promotion.missing[:MISSING_OF_ENDED])


def _came_first(promotion: Promotion) -> bool:
    return promotion.phase.is_open or promotion.phase is Phase.DONE


def _key(promotion: Promotion) -> tuple[str, str, datetime]:
    return promotion.version, promotion.stage, promotion.begun


def _age(promotion: Promotion) -> tuple[datetime, tuple[tuple[int, str], ...]]:
    return promotion.registered or promotion.begun, natural(promotion.version)
