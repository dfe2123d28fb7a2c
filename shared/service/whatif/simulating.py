"""The simulation: every recorded event at its time, and what would have followed in its place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.action import (
    Action,
    PostAlert,
    ResolveAlert,
    ScheduleCheck,
    ShiftTraffic,
    describe,
)
from shared.domain.canonical import parse_time
from shared.domain.event import EXTENSION_PREFIX, Event
from shared.domain.notices.scope import scope_of
from shared.domain.policy import Policy
from shared.errors import InvalidPolicy
from shared.ports import Evidence, Ledger, Policies
from shared.service.whatif.agenda import TIMED, Agenda, Entry
from shared.service.whatif.changed import Changed
from shared.service.whatif.course import Course
from shared.service.whatif.deciding import Again, Deciding, EndpointPolicies
from shared.service.whatif.following import Follows, new_follow_ups, recorded_follow_ups
from shared.service.whatif.lags import Lags
from shared.service.whatif.links import SCHEDULED, Link
from shared.service.whatif.ordering import CONSUMERS, Ordering
from shared.service.whatif.outcomes import outcome_of
from shared.service.whatif.reading import OWN
from shared.service.whatif.telling import Told
from shared.service.whatif.track import Track
from shared.service.whatif.tracks import Tracks
from shared.service.whatif.world import SimulatedLedger
from shared.settings import Settings

_OF_ALERTS = frozenset({PostAlert.kind, ResolveAlert.kind})
_OWN_SUBJECTS = ("alerts/", "receiver/", "silences/", "retraining/", "budget/")
_LATER = "later looks"
_MEASURED = 16
"""Of quiet decisions one in so many tells how long they take."""


class Simulation:
    """Plays a span of the ledger once more under changed policies; writes nothing.

    `forced` decides everything again, each subject upon a state of its own, to show that the
    simulation is exact where nothing was changed. `go_on` is asked at every decision, and raises
    where there was enough.
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
        go_on: Callable[[], None] = lambda: None,
    ) -> None:
        self._go_on = go_on
        self._ledger, self._policies = ledger, policies
        self._changed, self._until, self._forced = changed, until, forced
        self._agenda = Agenda()
        self._made = Ordering(self._agenda, settings)
        self._dropped: set[str] = set()
        self._lags = Lags()
        self._tracks = Tracks(
            ledger=ledger,
            evidence=evidence,
            agenda=self._agenda,
            since=since,
            until=until,
            is_quiet=self._is_quiet,
        )
        self._deciding = Deciding(
            evidence=evidence,
            policies=policies,
            settings=settings,
            changed=changed,
            ledger=SimulatedLedger(self._tracks.state, self._tracks.scopes),
            unsynced=None if forced else self._tracks.unsynced,
        )
        self._endpoints = EndpointPolicies(self._deciding, self._tracks.known, policies)
        self._tells = self._is_told()
        self._course = Course()

    def run(self) -> Course:
        """Play it. Raises Refused where what was recorded is not kept any more."""
        for subject in sorted(self._tracks.recorded):
            if self._forced or self._concerns(subject):
                self._tracks.come_by(subject)
        while self._agenda:
            self._go_on()
            entry = self._agenda.take()
            stale = entry.event is None and entry.turn != entry.track.turn
            if stale or self._made.comes_later(entry):
                continue
            self._tracks.now = entry.at
            if entry.event is not None:
                self._simulate(entry.track, entry.event, entry)
            else:
                self._play(entry.track, entry)
                self._tracks.put_next(entry.track)
        self._course.subjects = self._tracks.live
        self._course.passed += self._tracks.passed
        return self._course

    def _concerns(self, subject: str) -> bool:
        """Those of Driftgate's own are few and tell of all pages and retrainings."""
        if subject.startswith(_OWN_SUBJECTS):
            return True
        if not subject.startswith(("model/", "endpoint/")):
            return False
        if not (self._changed.policies or self._changed.whole):
            return False
        last = self._deciding.recorded_policy(self._tracks.of(subject).last_policy)
        return self._changed.concerns(subject, last)

    def _is_told(self) -> bool:
        """Whether anybody looks after alerts."""
        try:
            return (self._changed.fleet or self._policies.fleet()) is not None
        except InvalidPolicy:
            return True

    def _play(self, track: Track, entry: Entry) -> None:
        """One recorded decision: as it is, or made again, or not made at all."""
        track.arrive()
        link = track.head
        if link is None:
            return
        self._measure(link, self._course.tell_recorded(link))
        if self._is_dropped(link):
            self._leave_out(track, link)
        elif self._stays(track, link):
            track.take()
            self._course.passed += 1
            self._goes_on(link, entry)
        else:
            self._again(track, link, entry)

    def _is_dropped(self, link: Link) -> bool:
        """Whether what made its event is not done, nor anything else that does."""
        return bool(self._dropped) and link.key in self._dropped and link.key not in self._made

    def _is_quiet(self, track: Track, link: Link) -> bool:
        """Whether nothing follows from a recorded decision and it holds verbatim."""
        self._go_on()
        if self._forced or not link.is_quiet or link.family in OWN:
            return False
        quiet = not self._is_dropped(link) and not self._deciding.is_affected(track, link)
        if quiet and link.version % _MEASURED == 0:
            self._measure(link, ())
        return quiet

    def _leave_out(self, track: Track, link: Link) -> None:
        """What made its event did not happen, so neither does it, nor what followed from it."""
        state = track.state()
        track.take()
        self._tracks.differs(track, state)
        for action, follows in self._followed(link):
            self._drop(action, follows)
        self._course.note(track.subject, link.decided, link.plain, None)

    def _stays(self, track: Track, link: Link) -> bool:
        """Whether what was recorded holds verbatim."""
        if self._forced or not track.in_sync or self._deciding.is_affected(track, link):
            return False
        return link.family not in OWN or not self._reads_what_differs(link)

    def _reads_what_differs(self, link: Link) -> bool:
        """Whether one of Driftgate's own subjects reads the state of another that differs."""
        unsynced, name = self._tracks.unsynced, link.head.event.subject.partition("/")[2]
        match link.family:
            case "alerts":
                facts = self._deciding.evidence_of(link) if link.looked and unsynced else None
                read = set() if facts is None else {*facts.truth, *facts.moved, *facts.unread}
                read.add("silences/fleet")
            case "retraining":
                read = {f"model/{name}"}
            case "budget":
                return any(one.startswith("retraining/") for one in unsynced)
            case _:
                return False
        return not unsynced.isdisjoint(read)

    def _goes_on(self, link: Link, entry: Entry) -> None:
        """All that followed from a recorded decision follows, and what its consumers told of it."""
        keys = list(link.head.messages)
        if link.is_noticed or ShiftTraffic.kind in link.content:
            keys += [one.key for _, follows in self._followed(link) for one in follows]
        self._made.make(keys, link.decided, entry.generation)
        self._course.tell_unchanged(link)

    def _again(self, track: Track, link: Link, entry: Entry) -> None:
        again = self._deciding.again(track, link, track.state(), self._endpoints)
        decision, after = again.concluded.decision, again.concluded.state
        track.take()
        self._course.again += 1
        self._course.stale[link.family] += again.stale
        if decision.hash == link.head.hash:
            self._goes_on(link, entry)
        else:
            self._goes_otherwise(track, link, again, entry)
        if self._forced:
            track.differs(after)
        elif decision.state == link.head.state:
            self._tracks.agrees(track, link.version, replace(after, last_hash=link.head.hash))
        else:
            self._tracks.differs(track, after)

    def _goes_otherwise(self, track: Track, link: Link, again: Again, entry: Entry) -> None:
        """What followed from equal actions stays, what followed from others does not come.

        The actions that are new have what follows from them.
        """
        decision, plain = again.concluded.decision, link.plain
        before = self._recorded_scope(link)
        silent = before is None and any(one["action"] in _OF_ALERTS for one in plain["actions"])
        scope = _scope(track.subject, again.policy) if self._tells and not silent else None
        left, fresh = self._followed(link), []
        for action, events in new_follow_ups(decision, scope):
            told = describe(action)
            apart = before != scope and action.kind in _OF_ALERTS
            same = None if apart else next((one for one in left if one[0] == told), None)
            if same is None:
                fresh.append((action, events))
            else:
                left.remove(same)
                keys = [follows.key for follows in same[1]]
                self._made.make(keys, link.decided, entry.generation)
        for undone, follows in left:
            self._drop(undone, follows)
        self._start(fresh, entry)
        said = decision.to_json()
        self._course.tell_simulated(said, link.decided)
        self._course.note(track.subject, link.decided, plain, said)

    def _simulate(self, track: Track, event: Event, entry: Entry) -> None:
        """An event that was never recorded."""
        self._tracks.come_by(track.subject)
        now = entry.at
        track.pass_by(now if entry.generation >= TIMED else now - timedelta.resolution)
        again = self._deciding.anew(track, event, track.state(), now, self._endpoints)
        if again is None:
            self._course.undecidable[str(event.data.get("check") or event.type.value)] += 1
            return
        self._course.again += 1
        self._course.stale[_LATER] += again.stale
        self._tracks.differs(track, again.concluded.state)
        decision = again.concluded.decision
        scope = _scope(track.subject, again.policy) if self._tells else None
        self._start(new_follow_ups(decision, scope), entry)
        said = decision.to_json()
        self._course.tell_simulated(said, now)
        self._course.note(track.subject, now, None, said)

    def _recorded_scope(self, link: Link) -> str | None:
        """Whom a recorded decision told of its alerts, None where it told nobody."""
        if len(link.head.messages) <= len(link.plain["actions"]):
            return None
        policy = self._deciding.recorded_policy(link.head.policy)
        return _scope(link.head.event.subject, policy)

    def _followed(self, link: Link) -> list[tuple[Mapping[str, Any], tuple[Follows, ...]]]:
        return recorded_follow_ups(link.plain, self._recorded_scope(link))

    def _start(self, fresh: Iterable[tuple[Action, list[Event]]], entry: Entry) -> None:
        """Have come what follows from actions that were never recorded."""
        now = entry.at
        for action, events in fresh:
            for event in events:
                due = max(event.time, now) if event.source == SCHEDULED else now
                self._come(event, due + self._lags.of(event.type.value), entry)
            outcome = outcome_of(action, now, self._lags)
            if outcome is not None:
                self._come(outcome, outcome.time, entry)

    def _come(self, event: Event, at: datetime, entry: Entry) -> None:
        """Once: what was recorded as well comes by itself."""
        key, subject = event.key, event.subject
        if key in self._made and key not in self._dropped:
            return
        self._made.make([key], entry.at, entry.generation)
        if subject in self._tracks.recorded:
            self._tracks.come_by(subject)
            if self._ledger.decision(subject, key) is not None:
                return
        if at < self._until:
            generation, order = self._made.place(key, entry.at, at)
            track = self._tracks.of(subject)
            self._agenda.put(
                Entry(at=at, track=track, event=event, generation=generation, order=order)
            )

    def _drop(self, action: Mapping[str, Any], follows: Iterable[Follows]) -> None:
        """What followed from an action that is not done does not come, unless a timer asks too."""
        if action["action"] == ScheduleCheck.kind and self._made.of_a_timer(action["event"]):
            return
        for one in follows:
            self._dropped.add(one.key)
            if one.subject is not None and one.subject in self._tracks.recorded:
                self._tracks.look_again(self._tracks.come_by(one.subject))

    def _measure(self, link: Link, told: Iterable[Told]) -> None:
        """How long recorded events took, for those that are simulated."""
        for one in told:
            if one.order:
                self._lags.began(one.order, link.decided)
        event = link.head.event
        kind = event.type.removeprefix(EXTENSION_PREFIX)
        if event.source in CONSUMERS:
            data = link.plain["event"]["data"]
            order = str(data.get("order") or data.get("retraining") or "")
            self._lags.arrived(kind, order, link.decided)
        elif event.source == SCHEDULED or link.made_here:
            self._lags.saw(kind, link.decided - parse_time(event.time))


def _scope(subject: str, policy: Policy | None) -> str:
    return scope_of(subject, None if policy is None else policy.model)
