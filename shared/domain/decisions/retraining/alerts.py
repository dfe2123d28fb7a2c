"""What people are told of retrainings: one that failed, one that stands still, that none is tried.

Whoever may approve one is told by the platform whose environment asks them.
"""

from datetime import timedelta

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.retraining.following import stalls_at
from shared.domain.decisions.retraining.giving_up import why_stopped
from shared.domain.decisions.retraining.look import Look, named, spelled
from shared.domain.decisions.retraining.said import under_way
from shared.domain.retraining import Retraining, RetrainingPhase, RetrainingWatch
from shared.domain.wording import begin, spell_duration, spell_time

_TOLD_FOR = timedelta(days=7)
"""So long a failure is told that nobody did anything about: the next one is told anew."""
OURS = frozenset(
    {AlertKind.RETRAINING_FAILED, AlertKind.RETRAINING_STALLED, AlertKind.RETRAINING_STOPPED}
)


def alerts_of(watch: RetrainingWatch, look: Look) -> tuple[Alert, ...]:
    """What is wrong now; what is not among them any more is over."""
    found = (_failed(watch, look), _stalled(watch, look), _stopped(watch, look))
    return tuple(alert for alert in found if alert is not None)


def why_over(alert: Alert, watch: RetrainingWatch) -> str:
    """What ended it, as a part of a sentence."""
    if alert.kind is AlertKind.RETRAINING_STOPPED:
        resumed = watch.resumed is not None and watch.resumed >= alert.since
        return f"{watch.resumed_by} resumed it" if resumed else "a version was promoted"
    mine = alert.labels.get("retraining")
    one = next((one for one in watch.retrainings if _label(one) == mine), None)
    if alert.kind is AlertKind.RETRAINING_STALLED:
        return f"it is {spelled(one.phase)}" if one is not None else "it is not remembered any more"
    if watch.retrainings and _label(watch.retrainings[-1]) != mine:
        return "the next retraining was asked for"
    if watch.promoted is not None and watch.promoted >= alert.since:
        return "a version was promoted"
    if watch.resumed is not None and watch.resumed >= alert.since:
        return f"{watch.resumed_by} resumed it"
    return f"it was told for {spell_duration(_TOLD_FOR)}"


def _failed(watch: RetrainingWatch, look: Look) -> Alert | None:
    """The last retraining ended badly, and nothing good came since."""
    if not watch.retrainings:
        return None
    one = watch.retrainings[-1]
    severity = _severity(one)
    if severity is None or one.ended is None or look.waited(one.ended) >= _TOLD_FOR:
        return None
    if any(time is not None and time > one.ended for time in (watch.promoted, watch.resumed)):
        return None
    refused = one.phase is RetrainingPhase.REFUSED
    what = "was refused" if refused else "failed"
    return Alert(
        kind=AlertKind.RETRAINING_FAILED,
        subject=look.event.subject,
        severity=severity,
        title=f"{look.model}: the retraining {named(one)} {what}",
        text=(
            f"{begin(one.because or what)}. It was asked for at {spell_time(one.asked)}"
            f"{_where(one)}. What asked for it is not asked for again; the model serves on as it "
            "is."
        ),
        first_step=_first_step(one),
        since=one.ended,
        labels=_labels(one, look),
    )


def _severity(one: Retraining) -> Severity | None:
    """How soon it is to be looked at: what somebody decided is only told."""
    if one.phase is RetrainingPhase.REFUSED:
        return Severity.WARNING if one.run is None else Severity.INFO
    bad = one.phase is RetrainingPhase.FAILED or (
        one.phase is RetrainingPhase.NO_VERSION and not one.posted
    )
    return Severity.WARNING if bad else None


def _stalled(watch: RetrainingWatch, look: Look) -> Alert | None:
    """The one under way does not go on."""
    one = under_way(watch)
    if one is None or look.now < stalls_at(one, look):
        return None
    posted = one.posted and one.phase is RetrainingPhase.REQUESTED
    return Alert(
        kind=AlertKind.RETRAINING_STALLED,
        subject=look.event.subject,
        severity=Severity.INFO if posted else Severity.WARNING,
        title=f"{look.model}: the retraining {named(one)} does not go on",
        text=(
            f"It is {spelled(one.phase)} since {spell_time(one.changed)}: "
            f"{(one.because or 'no reason is known').rstrip('.')}{_where(one)}. Until it ends, "
            + ("it is not posted again." if posted else "no other is started for this model.")
        ),
        first_step=_next_step(one, look),
        since=one.changed,
        labels=_labels(one, look),
    )


def _stopped(watch: RetrainingWatch, look: Look) -> Alert | None:
    if watch.stopped is None:
        return None
    why = why_stopped(watch, look)
    told = f"{begin(why)}. " if why is not None else ""
    return Alert(
        kind=AlertKind.RETRAINING_STOPPED,
        subject=look.event.subject,
        severity=Severity.WARNING,
        title=f"{look.model}: no more retrainings are asked for",
        text=(
            f"{told}Another one would most likely cost as much and help as little, so that none is "
            "asked for until somebody resumes it or a version is promoted; causes are still "
            f"collected ({len(watch.causes)} wait)."
        ),
        first_step=(
            "Look why the last ones were of no use (the data, the labels, the gates' limits), then "
            "resume the retraining with what you found."
        ),
        since=watch.stopped,
        labels={"model": look.model},
    )


def _first_step(one: Retraining) -> str:
    match one.phase:
        case RetrainingPhase.REFUSED if one.run is not None:
            return "Talk to who rejected it."
        case RetrainingPhase.REFUSED:
            return "Do what the sentence says; the next cause is then asked for."
        case RetrainingPhase.NO_VERSION:
            return "Have the training register its version with the tag driftgate-retraining."
        case _ if one.pipeline is not None:
            return f"Read the log of run {one.run}{': ' + one.address if one.address else ''}."
        case _:
            return f"Read the log of job {one.job}."


def _next_step(one: Retraining, look: Look) -> str:
    match one.phase:
        case RetrainingPhase.ASKED:
            return "Look what else the fleet retrains, or raise its budget."
        case RetrainingPhase.REQUESTED if one.posted:
            return "Train it by hand and register the version, or name a job or a pipeline."
        case RetrainingPhase.REQUESTED:
            return "See whether the queue retraining-requests is consumed, and its dead letters."
        case RetrainingPhase.APPROVING:
            return f"Ask those who may approve run {one.run} to look at it."
        case RetrainingPhase.REGISTERED:
            return f"See why version {one.version} of {look.model} is not promoted yet."
        case RetrainingPhase.TRAINED:
            return "See whether the training registers a version, with the tag it was given."
        case _:
            return "See whether what trains it still works, and cancel it if it does not."


def _where(one: Retraining) -> str:
    if one.job is not None:
        return f" (job {one.job})"
    if one.run is not None:
        return f" (run {one.run}{', ' + one.address if one.address else ''})"
    return ""


def _labels(one: Retraining, look: Look) -> dict[str, str]:
    return {"model": look.model, "retraining": _label(one)}


def _label(one: Retraining) -> str:
    return one.id[:16]
