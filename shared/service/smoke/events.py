"""What the event sources send, and how late: the archive beside the workspace's own times."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from shared.domain.event import Event, EventType
from shared.ports import Archive, ArchivedEvent, Workspace
from shared.service.smoke.observation import Answer, Notebook, Observation

MOST = 10_000
SETTLES = timedelta(hours=2)
"""An event about a deployment that has not come this long after the change is taken not to come."""

_DEPLOYED = "Does ModelDeployed fire for managed online endpoints?"
_RESOURCE = "Does a resource event come when a deployment was written?"
_BY_WHOM = "Do events name who changed an endpoint?"
_WHEN = "Does it come when the writing ends, not when it begins?"


def events(
    archive: Archive, workspace: Workspace, since: datetime, now: datetime
) -> list[Observation]:
    """Which types came, which were refused, how late they were, and which never come."""
    book = Notebook("Events")
    with book.trying("What came in?"):
        kept = list(archive.list(since=since, until=now, limit=MOST))
        _counts(book, kept)
        told = [(one, Event.from_cloud_event(one.event)) for one in kept if one.event is not None]
        _delays(book, told)
        _names(book, [event for _, event in told])
        _deployments(book, told, workspace, now)
    return book.observations


def _counts(book: Notebook, kept: Sequence[ArchivedEvent]) -> None:
    counts = Counter(
        str(one.event["type"]).rpartition(".")[2] for one in kept if one.event is not None
    )
    named = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    book.note(
        "What came in?",
        Answer.YES if counts else Answer.UNKNOWN,
        named or "nothing yet",
        "" if counts else "Register a model and write a deployment, then look again.",
    )
    for sentence, count in Counter(one.refusal for one in kept if one.refusal).most_common(5):
        book.note("Was every payload understood?", Answer.NO, f"{count} times: {sentence}")
    times = sorted(one.received for one in kept)
    if len(times) > 1:
        longest = max(later - earlier for earlier, later in pairwise(times))
        book.note("How long is it silent at most?", Answer.YES, _duration(longest))


def _delays(book: Notebook, told: Iterable[tuple[ArchivedEvent, Event]]) -> None:
    delays: dict[EventType, list[float]] = {}
    for one, event in told:
        if one.via != "schedule" and event.type is not EventType.CHECK_DUE:
            delays.setdefault(event.type, []).append((one.received - event.time).total_seconds())
    for kind, found in sorted(delays.items()):
        book.note(
            f"How late is {kind.value} delivered?",
            Answer.YES,
            f"median {_duration(timedelta(seconds=median(found)))}, "
            f"longest {_duration(timedelta(seconds=max(found)))}, of {len(found)}",
        )


def _names(book: Notebook, told: Iterable[Event]) -> None:
    """How many changes of endpoints name somebody; whom they name is not written down."""
    changes = [event for event in told if event.type is EventType.TRAFFIC_CHANGED]
    named = sum(event.data.get("by") is not None for event in changes)
    answer = Answer.YES if named else Answer.NO
    book.note(
        _BY_WHOM,
        answer if changes else Answer.UNKNOWN,
        f"{named} of {len(changes)} changes" if changes else "no endpoint was changed yet",
        "" if named else "Alerts on changes of traffic then say that no event names anybody.",
    )


def _deployments(
    book: Notebook,
    told: Sequence[tuple[ArchivedEvent, Event]],
    workspace: Workspace,
    now: datetime,
) -> None:
    """Each deployment's last change is compared with the events around it."""
    first = min((one.received for one, _ in told), default=now)
    changes = [
        (f"{name}/{deployment.name}", f"endpoint/{name}", deployment.changed)
        for name in workspace.endpoints()
        for deployment in workspace.endpoint(name).deployments
        if deployment.changed is not None and first <= deployment.changed <= now - SETTLES
    ]
    for question, kind in (
        (_DEPLOYED, EventType.MODEL_DEPLOYED),
        (_RESOURCE, EventType.DEPLOYMENT_COMPLETED),
    ):
        seen: list[str] = []
        missed: list[str] = []
        offsets: list[timedelta] = []
        for name, subject, changed in changes:
            near = [
                event.time - changed
                for _, event in told
                if event.type is kind
                and event.subject == subject
                and event.data.get("deployment") in {None, name.partition("/")[2]}
                and abs(event.time - changed) <= SETTLES
            ]
            (seen if near else missed).append(name)
            offsets += near
        _settle(book, question, seen, missed)
        if kind is EventType.DEPLOYMENT_COMPLETED and offsets:
            least, most = min(offsets), max(offsets)
            book.note(
                _WHEN,
                Answer.YES if least >= timedelta(minutes=-1) else Answer.NO,
                f"{_duration(least)} to {_duration(most)} after the resource says it was written",
                "Either way the state is read back, and read again while it is Creating.",
            )


def _settle(book: Notebook, question: str, seen: Sequence[str], missed: Sequence[str]) -> None:
    if not seen and not missed:
        book.note(
            question,
            Answer.UNKNOWN,
            "no deployment was written since the first event came in",
            f"Write one, wait {_duration(SETTLES)}, look again.",
        )
        return
    saw = f"for {', '.join(seen) or 'none'}" + (f"; not for {', '.join(missed)}" if missed else "")
    book.note(
        question,
        Answer.YES if seen else Answer.NO,
        saw,
        "Deployments are found by either event, and by the reconcile timer without any.",
    )


def _duration(length: timedelta) -> str:
    seconds = length.total_seconds()
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{sign}{seconds / size:.1f} {unit}"
    return f"{sign}{seconds:.1f} s"
