"""Decides a recorded event once more, from recorded evidence or under another policy."""

from collections.abc import Callable

import msgspec

from shared.domain.policy import Policy
from shared.domain.state import SubjectState
from shared.ports import Evidence
from shared.service.deciding import (
    NOTHING_READ,
    Concluded,
    Gathered,
    conclude,
    could_not_look,
)
from shared.service.past.recorded import Recorded
from shared.service.reactions import reaction_to

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
            [finding] = recorded.plain["findings"]
            return could_not_look(
                event, state, finding["reason"], finding["sentence"], recorded.decided
            )
        reaction = reaction_to(event)
        content = self._evidence.get(recorded.evidence_hash)
        facts = msgspec.json.decode(content, type=reaction.evidence, strict=False)
        policy = self._policy(recorded.policy_hash)
        gathered = Gathered(
            evidence=facts,
            evidence_hash=recorded.evidence_hash,
            policy=policy if self._changed is None else self._changed(policy),
            policy_hash=recorded.policy_hash,
        )
        return conclude(event, reaction, gathered, state, recorded.decided)

    def _policy(self, content_hash: str | None) -> Policy | None:
        if content_hash is None:
            return None
        if content_hash not in self._policies:
            content = self._evidence.get(content_hash)
            self._policies[content_hash] = msgspec.json.decode(content, type=Policy, strict=False)
        return self._policies[content_hash]
