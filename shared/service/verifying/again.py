"""Every decision of a chain made once more from what was recorded, and compared."""

from collections.abc import Iterator

import msgspec

from shared.domain.chain.links import Break, Fault
from shared.errors import Refused
from shared.ports import Evidence, Ledger
from shared.service.making import SNAPSHOT_EVERY
from shared.service.messages import messages_of
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import Step, fold

_ANY_SCOPE = "alerts/any"


class DecidedAgain:
    """Decides chains again; `count` are the decisions that were made, `skipped` those that cannot.

    What cannot be decided again is no break: evidence has its time. It goes on behind the next
    state that is kept.
    """

    def __init__(self, ledger: Ledger, evidence: Evidence) -> None:
        self._ledger = ledger
        self._evidence = evidence
        self._past = PastDecisions(evidence)
        self.count = 0
        self.skipped: list[str] = []

    def look(self, subject: str, last: int) -> Iterator[Break]:
        """Each decision of a subject, up to version `last`, that comes out otherwise now.

        Those after it rest on the state that it left, so that they are not compared.
        """
        first = 1
        while first <= last:
            at = first
            try:
                for step in fold(self._ledger, self._evidence, self._past, subject, first):
                    at = step.recorded.version
                    if at > last:
                        return
                    self.count += 1
                    if found := _compared(subject, step):
                        yield found
                        break
                    at += 1
                else:
                    return
            except (Refused, msgspec.DecodeError, KeyError, ValueError, TypeError) as problem:
                self.skipped.append(
                    f"{subject}: decisions {at} to {min(_behind(at) - 1, last)} cannot be decided "
                    f"again: {problem}"
                )
            first = _behind(at)


def _behind(version: int) -> int:
    """The first version behind the next state that may be kept."""
    return (version + SNAPSHOT_EVERY - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY + 1


def _compared(subject: str, step: Step) -> Break | None:
    version, decision = step.recorded.version, step.concluded.decision
    if not step.same:
        return Break(
            fault=Fault.DECIDED_OTHERWISE,
            subject=subject,
            version=version,
            sentence=f"Decision {version} was {step.recorded.verdict}, and comes out otherwise "
            f"when it is made again ({decision.verdict.value}): by rules of another release, or "
            "what it rests on was changed.",
        )
    made = [message and message.id for message in messages_of(decision, _ANY_SCOPE)]
    recorded = step.recorded.plain.get("messages")
    if recorded in (made, made[: len(decision.actions)]):
        return None
    return Break(
        fault=Fault.ALTERED,
        subject=subject,
        version=version,
        sentence=f"The ids of the messages beside decision {version} are not those that it makes.",
    )
