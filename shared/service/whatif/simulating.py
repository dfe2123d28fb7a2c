"""The simulation: every recorded event at its time, and what would have followed in its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import Action, Deliver, PostAlert, ResolveAlert, ScheduleCheck, describe
from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, Check, Event
from shared.domain.notices.scope import scope_of
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy
from shared.ports import Evidence, Ledger, Policies
from shared.schedules import SCHEDULES, schedules
from shared.service import delivering, promoting, retraining
from shared.service.past.deciding import PastDecisions
from shared.service.whatif.agenda import ASKED, TIMED, Agenda, Entry, Made
from shared.service.whatif.changed import Changed
from shared.service.whatif.deciding import Again, Deciding, EndpointPolicies
from shared.service.whatif.flips import Differing, differing
from shared.service.whatif.following import Follows, new_follow_ups, recorded_follow_ups
from shared.service.whatif.lags import Lags
from shared.service.whatif.links import Link
from shared.service.whatif.outcomes import outcome_of
from shared.service.whatif.reading import OWN
from shared.service.whatif.telling import NOTICED, Told, told_of
from shared.service.whatif.track import Track
from shared.service.whatif.world import SimulatedLedger
from shared.settings import Settings

_SCHEDULED = "driftgate/schedule"
_CONSUMERS = frozenset({delivering.SOURCE, promoting.SOURCE, retraining.SOURCE})
_TIMERS = {name: number for number, name in enumerate(SCHEDULES, start=1)}
_LATEST = 64
_OF_ALERTS = frozenset({PostAlert.kind, ResolveAlert.kind})
_MOST_LISTED = 2_000
_OWN_SUBJECTS = ("alerts/", "receiver/", "silences/", "retraining/", "budget/")
_OF_MODELS = ("model/", "endpoint/")


@dataclass(kw_only=True)
class Course:
    """What came of a simulation.

    So many decisions `passed` as they were recorded, so many were made `again`, and of these so
    many were `other` ones. `differing` are those in which a finding turned or that were made in one
    world alone, but for so many `unlisted`. `stale` counts by family what rests on evidence that
    was gathered for another policy, `undecidable` what nothing is known of.
    """

    recorded: list[Told] = field(default_factory=list)
    simulated: list[Told] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    other: int = 0
    unlisted: int = 0
    passed: int = 0
    again: int = 0
    stale: dict[str, int] = field(default_factory=dict)
    undecidable: dict[str, int] = field(default_factory=dict)
    subjects: int = 0


class Simulation:
    """Plays a span of the ledger once more under changed policies; writes nothing.

    `forced` decides everything again, each subject upon a state of its own, to show that the
    simulation is exact where nothing was changed.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        evidence: Evidence,
        policies: Policies,
        settings: Settings,
        changed: Changed,
        since: datetime,
        until: datetime,
        forced: bool = False,
    ) -> None:
        self._ledger, self._evidence, self._policies = ledger, evidence, policies
        self._settings, self._changed, self._forced = settings, changed, forced
        self._since, self._until = since, until
        self._past = PastDecisions(evidence)
        self._tracks: dict[str, Track] = {}
        self._subjects = frozenset(ledger.subjects())
        self._now = since
        self._agenda = Agenda()
        self._lags = Lags()
        self._made: dict[str, Made] = {}
        self._dropped: set[str] = set()
        self._unsynced: set[str] = set()
        self._deciding = Deciding(
            evidence=evidence,
            policies=policies,
            settings=settings,
            changed=changed,
            ledger=SimulatedLedger(self._state_of, self._scopes),
        )
        self._endpoints = EndpointPolicies(self._deciding, self._known, policies)
        self._tells = self._is_told()
        self.course = Course()

    def run(self) -> Course:
        """Play it. Raises Refused where what was recorded is not kept any more."""
        for subject in sorted(self._subjects):
            if self._forced or self._concerns(subject):
                self._live(subject)
        while self._agenda:
            entry = self._agenda.take()
            if self._comes_later(entry):
                continue
            self._now = entry.at
            if entry.event is not None:
                self._simulate(entry.track, entry.event, entry.generation)
                continue
            self._play(entry.track, entry.generation)
            self._put_next(entry.track)
        self.course.subjects = sum(track.live for track in self._tracks.values())
        return self.course

    def _concerns(self, subject: str) -> bool:
        """Those of Driftgate's own are few and tell of all pages and retrainings."""
        if subject.startswith(_OWN_SUBJECTS):
            return True
        if not (self._changed.policies or self._changed.whole):
            return False
        if not subject.startswith(_OF_MODELS):
            return False
        track = self._track(subject)
        last = self._deciding.recorded_policy(track.last_policy)
        return self._changed.concerns(subject, last)

    def _is_told(self) -> bool:
        try:
            return (self._changed.fleet or self._policies.fleet()) is not None
        except InvalidPolicy:
            return True

    def _track(self, subject: str) -> Track:
        track = self._tracks.get(subject)
        if track is None:
            track = self._tracks[subject] = Track(
                subject,
                ledger=self._ledger,
                evidence=self._evidence,
                past=self._past,
                since=self._since,
                until=self._until,
            )
        return track

    def _known(self, subject: str) -> Track | None:
        """A track brought up to now; None for a subject of which nothing was ever decided."""
        if subject not in self._tracks and subject not in self._subjects:
            return None
        track = self._track(subject)
        if not track.live:
            track.pass_by(self._now)
        return track if track.exists else None

    def _state_of(self, subject: str) -> SubjectState | None:
        track = self._known(subject)
        return None if track is None else track.state()

    def _scopes(self) -> list[str]:
        known = self._subjects | self._tracks.keys()
        return sorted(subject for subject in known if subject.startswith("alerts/"))

    def _live(self, subject: str) -> Track:
        """Have every recorded event of a subject come by."""
        track = self._track(subject)
        if not track.live:
            track.pass_by(self._now - timedelta(microseconds=1))
            track.live = True
            self._put_next(track)
        return track

    def _put_next(self, track: Track) -> None:
        link = track.head
        if link is None:
            return
        self._agenda.put(Entry(at=link.decided, track=track))

    def _comes_later(self, entry: Entry) -> bool:
        """Whether something else of the same moment comes first; the entry is then put behind."""
        link = entry.track.head
        if entry.event is not None or link is None or not self._agenda.others_at(entry.at):
            return False
        ranked = self._ranked(entry, link)
        if ranked.generation <= entry.generation:
            return False
        self._agenda.put(ranked)
        return True

    def _ranked(self, entry: Entry, link: Link) -> Entry:
        made = self._made.get(link.key)
        if made is not None:
            now = made.at == entry.at
            rank = made.generation if now else ASKED
            return replace(entry, generation=rank, order=made.number)
        if not self._is_made(link):
            return replace(entry, generation=TIMED, order=_timer(link))
        later = max(entry.generation, TIMED) + 1
        return replace(entry, generation=min(later, _LATEST))

    def _is_made(self, link: Link) -> bool:
        """Whether a decision made its event: what one subject tells another, or asks of it.

        So does what a consumer tells of an order that was given just now.
        """
        if link.made_here or link.head.event.source in _CONSUMERS:
            return True
        scheduled = link.family in OWN and link.head.event.source == _SCHEDULED
        return scheduled and not _of_a_timer(link.plain["event"], self._settings)

    def _play(self, track: Track, generation: int) -> None:
        """One recorded decision: as it is, or made again, or not made at all."""
        link = track.head
        if link is None:
            return
        self._measure(link)
        noticed = any(word in link.content for word in NOTICED)
        if noticed:
            self.course.recorded += told_of(link.plain, link.decided)
        if link.key in self._dropped and link.key not in self._made:
            state = track.state()
            track.take()
            self._differs(track, state)
            for action, follows in self._followed(link):
                self._drop(action, follows)
            self._note(track.subject, link.decided, link.plain, None)
        elif self._stays(track, link):
            track.take()
            self.course.passed += 1
            self._made_by(link.head.messages, generation)
            if noticed:
                self.course.simulated += told_of(link.plain, link.decided)
        else:
            self._again(track, link, generation)

    def _stays(self, track: Track, link: Link) -> bool:
        if self._forced or not track.in_sync or self._deciding.is_affected(track, link):
            return False
        return link.family not in OWN or not self._reads_what_differs(link)

    def _reads_what_differs(self, link: Link) -> bool:
        """Whether one of Driftgate's own subjects reads the state of another that differs."""
        name = link.head.event.subject.partition("/")[2]
        match link.family:
            case "alerts":
                facts = self._deciding.evidence_of(link) if link.looked else None
                read = set() if facts is None else {*facts.truth, *facts.moved, *facts.unread}
                read.add("silences/fleet")
            case "retraining":
                read = {f"model/{name}"}
            case "budget":
                return any(one.startswith("retraining/") for one in self._unsynced)
            case _:
                return False
        return not self._unsynced.isdisjoint(read)

    def _again(self, track: Track, link: Link, generation: int) -> None:
        state = track.state()
        again = self._deciding.again(track, link, state, self._endpoints)
        self.course.again += 1
        if again.stale:
            self.course.stale[link.family] = self.course.stale.get(link.family, 0) + 1
        decision = again.concluded.decision
        track.take()
        if decision.hash == link.head.hash:
            after = again.concluded.state
        else:
            after = self._other(track, link, again, generation)
        if self._forced:
            track.differs(after)
        elif decision.state == link.head.state:
            track.kept(link.version, _with_hash(after, link.head.hash))
            self._unsynced.discard(track.subject)
        else:
            self._differs(track, after)
        if decision.hash == link.head.hash:
            self._follow_recorded(link, generation)

    def _follow_recorded(self, link: Link, generation: int) -> None:
        self._made_by(link.head.messages, generation)
        if any(word in link.content for word in NOTICED):
            self.course.simulated += told_of(link.plain, link.decided)

    def _other(self, track: Track, link: Link, again: Again, generation: int) -> SubjectState:
        """Another decision: what followed from equal actions stays, what followed from others goes.

        The actions that are new have what follows from them.
        """
        decision, plain = again.concluded.decision, link.plain
        before = self._recorded_scope(link)
        tells = before is not None or not _alerts(plain["actions"])
        scope = _scope(track.subject, again.policy) if self._tells and tells else None
        left = self._followed(link)
        fresh = []
        for action, events in new_follow_ups(decision, scope):
            told = describe(action)
            apart = before != scope and action.kind in _OF_ALERTS
            same = None if apart else next((one for one in left if one[0] == told), None)
            if same is None:
                fresh.append((action, events))
            else:
                left.remove(same)
                self._made_by((follows.key for follows in same[1]), generation)
        for undone, follows in left:
            self._drop(undone, follows)
        self._start(fresh, link.decided, generation)
        said = decision.to_json()
        self.course.simulated += told_of(said, link.decided)
        self._note(track.subject, link.decided, plain, said)
        return again.concluded.state

    def _made_by(self, keys: Iterable[str | None], generation: int) -> None:
        """What a decision of now made."""
        for key in keys:
            if key is not None:
                number = len(self._made)
                later = max(generation, TIMED) + 1
                self._made[key] = Made(at=self._now, generation=later, number=number)

    def _recorded_scope(self, link: Link) -> str | None:
        """Whom a recorded decision told of its alerts, None where it told nobody."""
        if len(link.head.messages) <= len(link.plain["actions"]):
            return None
        policy = self._deciding.recorded_policy(link.head.policy)
        return _scope(link.head.event.subject, policy)

    def _followed(self, link: Link) -> list[tuple[Mapping[str, Any], tuple[Follows, ...]]]:
        return recorded_follow_ups(link.plain, self._recorded_scope(link))

    def _simulate(self, track: Track, event: Event, generation: int) -> None:
        """An event that was never recorded."""
        self._live(track.subject)
        state = track.state()
        again = self._deciding.anew(track, event, state, self._now, self._endpoints)
        if again is None:
            check = str(event.data.get("check") or event.type.value)
            self.course.undecidable[check] = self.course.undecidable.get(check, 0) + 1
            return
        self.course.again += 1
        if again.stale:
            self.course.stale["later looks"] = self.course.stale.get("later looks", 0) + 1
        decision = again.concluded.decision
        self._differs(track, again.concluded.state)
        scope = _scope(track.subject, again.policy) if self._tells else None
        self._start(new_follow_ups(decision, scope), self._now, generation)
        said = decision.to_json()
        self.course.simulated += told_of(said, self._now)
        self._note(track.subject, self._now, None, said)

    def _start(
        self, fresh: Iterable[tuple[Action, list[Event]]], now: datetime, generation: int
    ) -> None:
        """Have come what follows from actions that were never recorded."""
        for action, events in fresh:
            for event in events:
                scheduled = event.source == _SCHEDULED
                lag = self._lags.of(_kind(event))
                self._come(
                    event, max(event.time, now) + lag if scheduled else now + lag, generation
                )
            outcome = outcome_of(action, now, self._lags)
            if isinstance(action, Deliver):
                self._lags.began(action.order, now)
            if outcome is not None:
                self._come(outcome, outcome.time, generation)

    def _come(self, event: Event, at: datetime, generation: int) -> None:
        """Once: what was recorded as well comes by itself."""
        if event.key in self._made and event.key not in self._dropped:
            return
        self._made_by([event.key], generation)
        made = self._made[event.key]
        if event.subject in self._subjects:
            self._live(event.subject)
            if self._ledger.decision(event.subject, event.key) is not None:
                return
        if at < self._until:
            rank = made.generation if at == self._now else ASKED
            track = self._track(event.subject)
            self._agenda.put(
                Entry(at=at, track=track, event=event, generation=rank, order=made.number)
            )

    def _drop(self, action: Mapping[str, Any], follows: Iterable[Follows]) -> None:
        """What followed from an action that is not done does not come, unless a timer asks too."""
        asked = action["action"] == ScheduleCheck.kind
        if asked and _of_a_timer(action["event"], self._settings):
            return
        for one in follows:
            self._dropped.add(one.key)
            if one.subject is not None and one.subject in self._subjects:
                self._live(one.subject)

    def _differs(self, track: Track, state: SubjectState) -> None:
        track.differs(state)
        self._unsynced.add(track.subject)

    def _measure(self, link: Link) -> None:
        """How long recorded events took, for those that are simulated."""
        event = link.head.event
        if not event.source.startswith("driftgate/"):
            return
        kind = event.type.removeprefix(EXTENSION_PREFIX)
        self._lags.saw(kind, link.decided - parse_time(event.time))

    def _note(
        self,
        subject: str,
        at: datetime,
        recorded: Mapping[str, Any] | None,
        now: Mapping[str, Any] | None,
    ) -> None:
        found = differing(subject, at, recorded, now)
        self.course.other += 1
        if found.flips or found.recorded is None or found.simulated is None:
            if len(self.course.differing) < _MOST_LISTED:
                self.course.differing.append(found)
            else:
                self.course.unlisted += 1


def _scope(subject: str, policy: Policy | None) -> str:
    return scope_of(subject, None if policy is None else policy.model)


def _alerts(actions: Iterable[Mapping[str, Any]]) -> bool:
    return any(one["action"] in _OF_ALERTS for one in actions)


def _kind(event: Event) -> str:
    return event.type.value


def _with_hash(state: SubjectState, last: str) -> SubjectState:
    return replace(state, last_hash=last)


def _timer(link: Link) -> int:
    """Timers that fire together do so in the order they are named; what people say comes before."""
    return _TIMERS.get(str(link.head.event.data.check).upper(), 0)


def _of_a_timer(event: Mapping[str, Any], settings: Settings) -> bool:
    """Whether a look falls on a firing of its timer, which asks for it whoever else does."""
    if set(event["data"]) != {"check"}:
        return False
    fires = schedules({}) if settings.schedules is None else settings.schedules
    schedule = fires.get(Check(event["data"]["check"]).name)
    due = parse_time(event["time"])
    return schedule is not None and schedule.after(due - timedelta(seconds=1)) == due
