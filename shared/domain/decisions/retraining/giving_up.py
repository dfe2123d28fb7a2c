"""When no more is asked for, since what was trained did not help; and what takes that back."""

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.retraining.look import Look, noted
from shared.domain.finding import Finding
from shared.domain.retraining import Retraining, RetrainingPhase, RetrainingWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_time

MOST_FAILURES = 3
"""So many trainings that failed one after the other stop it too: the fourth would fail as well."""


def stop_or_go_on(
    watch: RetrainingWatch, promoted: datetime | None, look: Look
) -> tuple[RetrainingWatch, tuple[Finding, ...]]:
    """Stop after enough in a row that were of no use; go on when a version was promoted since."""
    if promoted is not None and promoted != watch.promoted:
        watch = replace(watch, promoted=promoted)
    if watch.stopped is not None:
        if promoted is None or promoted <= watch.stopped:
            return watch, ()
        watch = replace(watch, stopped=None)
        sentence = (
            f"A version of {look.model} was promoted at {spell_time(promoted)}: it is retrained "
            "again."
        )
        return watch, (noted(look, "resumed_by_promotion", sentence),)
    why = why_stopped(watch, look)
    if why is None:
        return watch, ()
    sentence = f"No more retrainings of {look.model} are asked for: {why}."
    told = noted(look, "stopped", sentence, verdict=Verdict.FAIL)
    return replace(watch, stopped=look.now), (told,)


def why_stopped(watch: RetrainingWatch, look: Look) -> str | None:
    """Which row is long enough, in words; None while none is.

    A training that failed says nothing of what retraining is good for, and so does not count among
    those without gain; nor does one that was refused or cancelled count in either row.
    """
    ended = _since_the_last_success(watch)
    without = [one for one in ended if one.phase is RetrainingPhase.NOT_PROMOTED]
    limit = look.rules.without_gain
    if 0 < limit <= len(without):
        versions = ", ".join(one.version or "none" for one in without[-5:])
        return f"the last {len(without)} brought no version that was promoted ({versions})"
    failures = 0
    for one in reversed(ended):
        if one.phase is RetrainingPhase.NOT_PROMOTED:
            break
        failures += _failed(one)
    if failures >= MOST_FAILURES:
        return f"the last {failures} trainings failed or registered nothing"
    return None


def _since_the_last_success(watch: RetrainingWatch) -> list[Retraining]:
    since = max((t for t in (watch.resumed, watch.promoted) if t is not None), default=None)
    ended: list[Retraining] = []
    for one in watch.retrainings:
        if one.phase is RetrainingPhase.PROMOTED:
            ended = []
        elif one.ended is not None and (since is None or one.ended > since):
            ended.append(one)
    return ended


def _failed(one: Retraining) -> bool:
    """Whether a training was begun and nothing came of it."""
    begun = one.job is not None or one.pipeline is not None
    return begun and one.phase in {RetrainingPhase.FAILED, RetrainingPhase.NO_VERSION}
