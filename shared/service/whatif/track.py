"""One subject in the course of time: as it was recorded for as long as nothing differs."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from shared.domain.state import SubjectState
from shared.domain.wording import spell_time
from shared.errors import NotFound, Refused
from shared.ports import Evidence, Ledger
from shared.service.deciding import as_read
from shared.service.making import SNAPSHOT_EVERY
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import state_before
from shared.service.whatif.links import Link, first_since, links

_UNREAD = "unread"
AHEAD = 2 * SNAPSHOT_EVERY
"""So many decisions are passed by at most before a subject's turn comes again."""


class Track:
    """Where a subject stands: at a recorded version while in sync, else with a state of its own.

    In sync its state is the recorded one, which is built only when it is asked for. `head` is the
    next recorded decision that has to be looked at; what lies `between` is as it was recorded, and
    is passed by without having a turn of its own. `turn` tells which of its entries counts.
    """

    def __init__(
        self,
        subject: str,
        *,
        ledger: Ledger,
        evidence: Evidence,
        past: PastDecisions,
        since: datetime,
        until: datetime,
    ) -> None:
        self.subject = subject
        self.live = False
        self._ledger, self._evidence, self._past = ledger, evidence, past
        first = first_since(ledger, subject, since)
        self.version = first - 1
        self._links: Iterator[Link] = links(ledger, subject, first)
        self._between: deque[Link] = deque()
        self.turn = 0
        self.passed = 0
        self._until = until
        self._own: SubjectState | None = None
        self._known: tuple[int, SubjectState] | None = None
        self._passed: deque[Link] = deque(maxlen=SNAPSHOT_EVERY)
        self._policy: str | None = _UNREAD
        self.last: dict[str, Link] = {}
        self.head: Link | None = None
        self._next()

    @property
    def in_sync(self) -> bool:
        """Whether its state is the recorded one."""
        return self._own is None

    @property
    def exists(self) -> bool:
        """Whether anything was ever decided of it."""
        return self.version > 0 or self._own is not None

    @property
    def policy_hash(self) -> str | None:
        """The policy it was last decided under, as it was recorded."""
        if self._policy is _UNREAD:
            link = next(links(self._ledger, self.subject, self.version), None)
            self._policy = None if link is None else link.head.policy
        return self._policy

    @property
    def last_policy(self) -> str | None:
        """The policy of its newest decision of all."""
        newest = next(iter(self._ledger.decisions(self.subject, limit=1)), None)
        return None if newest is None else newest["policy"]

    def take(self) -> Link:
        """The next recorded decision, which is then behind."""
        link = self.head
        if link is None or self._between:
            raise LookupError(self.subject)
        self._behind(link)
        self._next()
        return link

    def arrive(self) -> None:
        """Its turn has come: what lay between is behind."""
        self.passed += len(self._between)
        while self._between:
            self._behind(self._between.popleft())

    def pass_by(self, now: datetime) -> None:
        """Leave behind what was decided by now, as far as nothing of it differs."""
        while self._between and self._between[0].decided <= now:
            self.passed += 1
            self._behind(self._between.popleft())
        while not self.live and self.head is not None and self.head.decided <= now:
            self.take()

    def look_ahead(self, is_quiet: Callable[[Link], bool]) -> None:
        """Let what is quiet have no turn of its own, as far as the next that is not."""
        while self.head is not None and len(self._between) < AHEAD and is_quiet(self.head):
            self._between.append(self.head)
            self._next()
        if self.head is not None:
            self._evidence.expect(
                link.head.evidence for link in (*self._between, self.head) if link.looked
            )

    def look_again(self) -> bool:
        """Let all that is not behind have its turn; False where nothing lay between."""
        if not self._between:
            return False
        ahead = [*self._between, *([] if self.head is None else [self.head])]
        self._between.clear()
        self._links = chain(ahead, self._links)
        self._next()
        return True

    def _behind(self, link: Link) -> None:
        self.version = link.version
        self.last[link.family] = link
        if link.looked:
            self._policy = link.head.policy
        self._passed.append(link)

    def state(self) -> SubjectState:
        """What it remembers now. Raises Refused where what was recorded is not kept any more."""
        return self._own if self._own is not None else self.recorded_state(self.version)

    def recorded_state(self, version: int) -> SubjectState:
        """The recorded state that the decision of a version left; the empty one for 0."""
        known = self._known
        snapshot = version // SNAPSHOT_EVERY * SNAPSHOT_EVERY
        if known is None or known[0] > version or known[0] < snapshot:
            state = self._folded(version + 1)
        else:
            state = self._forward(*known, version)
        self._known = version, state
        return state

    def state_before(self, link: Link) -> SubjectState:
        """The recorded state upon which a decision was made, wherever the track stands."""
        return self._folded(link.version)

    def kept(self, version: int, state: SubjectState) -> None:
        """The recorded state after a version is this one: nothing has to be built again for it."""
        self._own, self._known = None, (version, as_read(state))

    def differs(self, state: SubjectState) -> None:
        """From now on it has a state of its own."""
        self._own = as_read(state)

    def _folded(self, version: int) -> SubjectState:
        try:
            return state_before(self._ledger, self._evidence, self._past, self.subject, version)
        except NotFound as missing:
            raise Refused(self._too_long_ago()) from missing

    def _next(self) -> None:
        link = next(self._links, None)
        self.head = link if link is not None and link.decided < self._until else None

    def _forward(self, at: int, state: SubjectState, version: int) -> SubjectState:
        """What was passed by since a state that is known lies within two snapshots."""
        between = [link for link in self._passed if at < link.version <= version]
        if len(between) < version - at:
            return self._folded(version + 1)
        for link in between:
            left = self._past.outcome(link.recorded, state).state
            state = as_read(replace(left, last_hash=link.head.hash))
        return state

    def _too_long_ago(self) -> str:
        """From when on its states can be built: the first snapshot that is still kept."""
        last = self._ledger.state(self.subject).version
        for version in range(SNAPSHOT_EVERY, last + 1, SNAPSHOT_EVERY):
            link = next(links(self._ledger, self.subject, version), None)
            if link is not None and self._has(link.head.state):
                return (
                    f"What {self.subject} decided before {spell_time(link.decided)} rests on "
                    "evidence that is not kept any more; let --since begin there or later."
                )
        return (
            f"What {self.subject} decided rests on evidence that is not kept any more, and no "
            "state of it is kept; nothing can be told of it yet."
        )

    def _has(self, content_hash: str) -> bool:
        try:
            self._evidence.get(content_hash)
        except NotFound:
            return False
        return True
