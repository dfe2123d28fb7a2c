"""All subjects of a simulation: those that come by, and those that are only looked at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from shared.domain.state import SubjectState
from shared.ports import Evidence, Ledger
from shared.service.past.deciding import PastDecisions
from shared.service.whatif.agenda import Agenda, Entry
from shared.service.whatif.links import Link
from shared.service.whatif.track import Track


class Tracks:
    """Makes each subject's track when it is first asked for, and brings it up to `now`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        evidence: Evidence,
        agenda: Agenda,
        since: datetime,
        until: datetime,
        is_quiet: Callable[[Track, Link], bool],
    ) -> None:
        self._is_quiet = is_quiet
        self._ledger, self._evidence = ledger, evidence
        self._agenda = agenda
        self._since, self._until = since, until
        self._past = PastDecisions(evidence)
        self._tracks: dict[str, Track] = {}
        self.now = since
        self.recorded = frozenset(ledger.subjects())
        self.unsynced: set[str] = set()

    @property
    def passed(self) -> int:
        """How many decisions were passed by without a turn of their own, to the very end."""
        live = [track for track in self._tracks.values() if track.live]
        for track in live:
            track.arrive()
        return sum(track.passed for track in live)

    @property
    def live(self) -> int:
        """How many subjects come by."""
        return sum(track.live for track in self._tracks.values())

    def of(self, subject: str) -> Track:
        """A subject's track, wherever it stands."""
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

    def known(self, subject: str) -> Track | None:
        """A track brought up to now; None for a subject of which nothing was ever decided."""
        if subject not in self._tracks and subject not in self.recorded:
            return None
        track = self.of(subject)
        track.pass_by(self.now)
        return track if track.exists else None

    def state(self, subject: str) -> SubjectState | None:
        """What a subject remembers now."""
        track = self.known(subject)
        return None if track is None else track.state()

    def scopes(self) -> list[str]:
        """Whoever looks after alerts."""
        known = self.recorded | self._tracks.keys()
        return sorted(subject for subject in known if subject.startswith("alerts/"))

    def come_by(self, subject: str) -> Track:
        """Have every recorded event of a subject come by, from now on."""
        track = self.of(subject)
        if not track.live:
            track.pass_by(self.now - timedelta.resolution)
            track.live = True
            self.put_next(track)
        return track

    def put_next(self, track: Track) -> None:
        """Have the next recorded event of a track come when it did."""
        track.turn += 1
        if track.in_sync:
            track.look_ahead(partial(self._is_quiet, track))
        if track.head is not None:
            self._agenda.put(Entry(at=track.head.decided, track=track, turn=track.turn))

    def look_again(self, track: Track) -> None:
        """Something came to pass for which what lies ahead may not be as it was recorded."""
        if track.look_again():
            self.put_next(track)

    def differs(self, track: Track, state: SubjectState) -> None:
        """A subject has a state of its own from now on."""
        track.differs(state)
        self.unsynced.add(track.subject)
        self.look_again(track)

    def agrees(self, track: Track, version: int, state: SubjectState) -> None:
        """A subject's state is the one that was recorded with a version."""
        track.kept(version, state)
        self.unsynced.discard(track.subject)
