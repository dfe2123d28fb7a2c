"""Decides a recorded event once more, from recorded evidence or under another policy."""

from collections.abc import Callable

import msgspec

from shared.domain.decision import Outcome
from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.learning import learned
from shared.ports import Evidence
from shared.service.deciding import (
    NOTHING_READ,
    Concluded,
    Gathered,
    conclude,
    could_not_look,
    outcome_of,
    unreadable,
)
from shared.service.past.recorded import Recorded
from shared.service.reactions import Reaction, reaction_to

Changed = Callable[[Policy | None], Policy | None]


class PastDecisions:
    """Makes decisions again from what is kept of them; policies are read once each.

    `changed` gives the policy to decide under in place of the recorded one.
    """

    def __init__(self, evidence: Evidence, changed: Changed | None = None) -> None:
        self._evidence = evidence
        self._changed = changed
        self._policies: dict[str, Policy] = {}

    def again(self, recorded: Recorded, state: SubjectState) -> Concluded:
        """The decision of a recorded event on a state, at the time it was made.

        Raises NotFound for evidence that is not kept any more, AlteredEvidence, and
        msgspec.ValidationError for evidence of a form that is not known here.
        """
        event = recorded.event
        if recorded.evidence_hash == NOTHING_READ:
            return could_not_look(event, state, *_reason(recorded), recorded.decided)
        reaction = reaction_to(event)
        gathered = self._gathered(recorded, reaction)
        return conclude(event, reaction, gathered, state, recorded.decided)

    def outcome(self, recorded: Recorded, state: SubjectState) -> Outcome:
        """What is concluded of it, without the hashes, which are most of the work of `again`.

        Raises as `again` does.
        """
        event = recorded.event
        if recorded.evidence_hash == NOTHING_READ:
            finding = unreadable(event, *_reason(recorded))
            return Outcome(findings=(finding,), actions=(), state=state)
        reaction = reaction_to(event)
        gathered = self._gathered(recorded, reaction)
        return outcome_of(event, reaction, gathered, state, recorded.decided)

    def _gathered(self, recorded: Recorded, reaction: Reaction) -> Gathered:
        content = self._evidence.get(recorded.evidence_hash)
        policy = self._policy(recorded.policy_hash)
        return Gathered(
            evidence=msgspec.json.decode(content, type=learned(reaction.evidence), strict=False),
            evidence_hash=recorded.evidence_hash,
            policy=policy if self._changed is None else self._changed(policy),
            policy_hash=recorded.policy_hash,
        )

    def _policy(self, content_hash: str | None) -> Policy | None:
        if content_hash is None:
            return None
        if content_hash not in self._policies:
            content = self._evidence.get(content_hash)
            self._policies[content_hash] = msgspec.json.decode(
                content, type=learned(Policy), strict=False
            )
        return self._policies[content_hash]


def _reason(recorded: Recorded) -> tuple[str, str]:
    """Why it could not look: nothing else is kept of that."""
    [finding] = recorded.plain["findings"]
    return finding["reason"], finding["sentence"]
