"""One decision of the simulation: from recorded evidence, or from what the simulation knows."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from shared.domain.canonical import content_hash
from shared.domain.event import Check, Event, EventType
from shared.domain.evidence import AlertsEvidence, RetrainingEvidence
from shared.domain.policy import Fleet, Policy
from shared.domain.state import SubjectState
from shared.errors import InvalidPolicy
from shared.learning import learned
from shared.ports import Evidence, Policies
from shared.service.deciding import Concluded, Gathered, conclude, could_not_look
from shared.service.reactions import Reaction, family_of, reaction_to
from shared.service.whatif.changed import EVERYTHING, Changed, differing
from shared.service.whatif.links import Link
from shared.service.whatif.reaching import Reaching
from shared.service.whatif.reading import FLEET, OWN, READS, Reads, touches
from shared.service.whatif.standing import LedgerOfThen
from shared.service.whatif.track import Track
from shared.service.whatif.training import with_what_trains
from shared.service.whatif.world import PoliciesOfThen, SimulatedLedger, simulated_world
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A decision made again; `stale` says that it rests on evidence gathered for another policy."""

    concluded: Concluded
    policy: Policy | None
    stale: bool = False


class Read(Enum):
    """Whether a family's decisions read a field that differs; `SELDOM` not the quiet ones."""

    NOTHING = "nothing"
    SELDOM = "seldom"
    ALWAYS = "always"


class Deciding:
    """Decides events again; what is kept under a hash is read once."""

    def __init__(
        self,
        *,
        evidence: Evidence,
        policies: Policies,
        settings: Settings,
        changed: Changed,
        ledger: SimulatedLedger,
        unsynced: Set[str] | None,
    ) -> None:
        """`unsynced` names the subjects that differ; None where no state is what was recorded."""
        self._evidence = evidence
        self._now_policies = policies
        self._settings = settings
        self._changed = changed
        self._ledger = ledger
        self._unsynced = unsynced
        self._reaching = Reaching()
        self._policies: dict[str, Policy] = {}
        self._reads: dict[tuple[str, str | None, str], Read] = {}
        self._paths: dict[tuple[str | None, str], frozenset[str]] = {}

    def recorded_policy(self, content: str | None) -> Policy | None:
        """A policy as it was recorded. Raises NotFound."""
        if content is None:
            return None
        if content not in self._policies:
            plain = self._evidence.get(content)
            self._policies[content] = msgspec.json.decode(plain, type=learned(Policy), strict=False)
        return self._policies[content]

    def policy_of(self, subject: str, recorded: str | None) -> Policy | None:
        """The policy a subject is decided under in the simulation."""
        return self._changed.policy(subject, self.recorded_policy(recorded))

    def paths(self, subject: str, recorded: str | None) -> frozenset[str]:
        """The fields in which that policy differs from the recorded one."""
        key = recorded, subject
        if key not in self._paths:
            before = self.recorded_policy(recorded)
            self._paths[key] = differing(before, self._changed.policy(subject, before))
        return self._paths[key]

    def is_affected(self, track: Track, link: Link) -> bool:
        """Whether the changed policies may make another decision of it, its state being the same.

        A decision that could not look because its policy was wrong is, since it could look now.
        """
        if not link.looked:
            return self._is_valid_now(track, link)
        family = link.family
        key = track.subject, link.head.policy, family
        reads = self._reads.get(key)
        if reads is None:
            reads = self._reads[key] = _reads(self.paths(*key[:2]), READS[family])
        if reads is not Read.NOTHING:
            if reads is Read.SELDOM and link.reasons <= READS[family].quiet:
                return False
            before = self.recorded_policy(link.head.policy)
            return self._reaching.turns(
                link,
                (before, self._changed.policy(track.subject, before)),
                self.paths(*key[:2]),
                lambda: track.state_before(link),
            )
        fleet = self._changed.fleet
        if fleet is None or family not in FLEET:
            return False
        recorded = getattr(self.evidence_of(link), "fleet", None)
        there = fleet
        if family == "receivers":
            rule = fleet.receiver(track.subject.partition("/")[2])
            there = Fleet(receivers=[] if rule is None else [rule])
        return touches(differing(recorded, there), FLEET[family])

    def _is_valid_now(self, track: Track, link: Link) -> bool:
        """Whether a decision had a policy that could not be read, and has another here."""
        return "invalid_policy" in link.reasons and self._changed.concerns(track.subject, None)

    def evidence_of(self, link: Link) -> Any:
        """What a decision rested on. Raises NotFound and msgspec.ValidationError."""
        reaction = reaction_to(link.recorded.event)
        return msgspec.json.decode(
            self._evidence.get(link.head.evidence), type=reaction.evidence, strict=False
        )

    def is_stale(self, track: Track, link: Link) -> bool:
        """Whether the changed policy would have gathered other evidence."""
        paths = self.paths(track.subject, link.head.policy)
        return touches(paths, READS[link.family].gather)

    def again(
        self, track: Track, link: Link, state: SubjectState, endpoint: "EndpointPolicies"
    ) -> Again:
        """A recorded event, decided in the simulation."""
        event, now = link.recorded.event, link.decided
        policy = self.policy_of(track.subject, link.head.policy)
        if not link.looked:
            [finding] = link.plain["findings"]
            told = could_not_look(event, state, finding["reason"], finding["sentence"], now)
            return Again(concluded=told, policy=policy, stale=self._is_valid_now(track, link))
        reaction = reaction_to(event)
        recorded, facts, digest = self.evidence_of(link), None, link.head.evidence
        if link.family in OWN:
            ledger = self._ledger_of(recorded, state)
            facts = self._gathered(reaction, event, policy, state, now, recorded, endpoint, ledger)
            digest = digest if facts == recorded else content_hash(facts)
        return Again(
            concluded=_concluded(
                reaction, event, facts or recorded, digest, policy, link.head.policy, state, now
            ),
            policy=policy,
            stale=self.is_stale(track, link),
        )

    def anew(
        self,
        track: Track,
        event: Event,
        state: SubjectState,
        now: datetime,
        endpoint: "EndpointPolicies",
    ) -> Again | None:
        """An event that was never recorded; None where nothing tells what it would have seen."""
        family = family_of(event)
        last = track.last.get(family)
        recorded = None if last is None or not last.looked else self.evidence_of(last)
        before = track.policy_hash
        policy = self.policy_of(track.subject, before)
        reaction = reaction_to(event)
        if family in OWN:
            facts = self._gathered(
                reaction, event, policy, state, now, recorded, endpoint, self._ledger
            )
        elif last is None or recorded is None or not self._is_fresh(event, last, now):
            return None
        else:
            facts = recorded
        digest = content_hash(facts)
        return Again(
            concluded=_concluded(reaction, event, facts, digest, policy, before, state, now),
            policy=policy,
            stale=family not in OWN,
        )

    def _is_fresh(self, event: Event, last: Link, now: datetime) -> bool:
        if event.type is not EventType.CHECK_DUE:
            return False
        period = self._settings.periods.get(Check(event.data["check"]))
        return period is not None and now - last.decided <= period

    def _gathered(
        self,
        reaction: Reaction,
        event: Event,
        policy: Policy | None,
        state: SubjectState,
        now: datetime,
        recorded: Any,
        endpoint: "EndpointPolicies",
        ledger: SimulatedLedger | LedgerOfThen,
    ) -> Any:
        fleet, problem = self._fleet(recorded)
        world = simulated_world(
            ledger,
            PoliciesOfThen(fleet, problem, endpoint.of),
            self._settings,
        )
        found = reaction.gather(event, policy, state, world, now)
        if isinstance(found, RetrainingEvidence):
            return with_what_trains(found, recorded, policy, state, now)
        return found

    def _ledger_of(self, recorded: Any, state: SubjectState) -> SimulatedLedger | LedgerOfThen:
        if self._unsynced is None or not isinstance(recorded, AlertsEvidence):
            return self._ledger
        return LedgerOfThen(self._ledger, recorded, state, self._unsynced)

    def _fleet(self, recorded: Any) -> tuple[Fleet | None, str | None]:
        """The fleet's rules that hold: the changed ones, else those that were recorded last."""
        if self._changed.fleet is not None:
            return self._changed.fleet, None
        if recorded is not None:
            problem = getattr(recorded, "fleet_problem", None) or getattr(recorded, "problem", None)
            return recorded.fleet, problem
        try:
            return self._now_policies.fleet(), None
        except InvalidPolicy as problem:
            return None, str(problem)


def _reads(paths: frozenset[str], reads: Reads) -> Read:
    """Of a decision that found nothing but the usual, most fields were not read."""
    if not paths or not touches(paths, reads.decide):
        return Read.NOTHING
    if not reads.quiet or EVERYTHING in paths or touches(paths, reads.always):
        return Read.ALWAYS
    return Read.SELDOM


class EndpointPolicies:
    """Which policy an endpoint has in the simulation, as of its last decision."""

    def __init__(self, deciding: Deciding, track_of: Any, policies: Policies) -> None:
        self._deciding = deciding
        self._track_of = track_of
        self._policies = policies

    def of(self, name: str) -> Policy | None:
        """The policy of an endpoint by name."""
        track = self._track_of(f"endpoint/{name}")
        if track is not None:
            return self._deciding.policy_of(track.subject, track.policy_hash)
        return self._policies.for_endpoint(name)


def _concluded(
    reaction: Reaction,
    event: Event,
    facts: Any,
    digest: str,
    policy: Policy | None,
    policy_hash: str | None,
    state: SubjectState,
    now: datetime,
) -> Concluded:
    gathered = Gathered(
        evidence=facts, evidence_hash=digest, policy=policy, policy_hash=policy_hash
    )
    return conclude(event, reaction, gathered, state, now)
