"""All chains, or one of them, with what they rest on as far as it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.chain.links import Break, Link
from shared.domain.chain.walk import Walk
from shared.errors import NotFound
from shared.ports import Evidence, Ledger
from shared.service.verifying.again import DecidedAgain
from shared.service.verifying.chains import Chained, verify_chain
from shared.service.verifying.evidence import EvidenceLook
from shared.service.verifying.heads import Heads

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at and what is broken; `heads` are where the chains end.

    `evidence` counts the pieces that were read, `removed` those that retention took, and `again`
    the decisions that were made once more; `notes` say which could not.
    """

    subjects: int
    links: int
    evidence: int
    removed: int
    again: int
    notes: tuple[str, ...]
    breaks: tuple[Break, ...]
    heads: Heads


def verify(
    ledger: Ledger,
    evidence: Evidence,
    now: datetime,
    subject: str | None = None,
    *,
    with_evidence: bool = False,
    again: bool = False,
    against: Heads | None = None,
    progress: Progress | None = None,
) -> Verified:
    """Walk every chain, or that of one subject. Raises NotFound for one that nobody spoke of."""
    subjects = _subjects(ledger, subject, against)
    look = EvidenceLook(ledger, evidence) if with_evidence else None
    repeated = DecidedAgain(ledger, evidence) if again else None
    expect = _nothing_ahead if look is None else look.expect
    found: list[Chained] = []
    breaks: list[Break] = []
    for index, name in enumerate(subjects):
        found.append(verify_chain(ledger, name, _nothing if look is None else look.see, expect))
        breaks += found[-1].breaks
        if repeated is not None:
            breaks += repeated.look(name, found[-1].version)
        if progress is not None:
            progress((index + 1) / len(subjects))
    if against is not None:
        breaks += against.missing_in(ledger, subject)
    return Verified(
        subjects=len(found),
        links=sum(one.links for one in found),
        evidence=0 if look is None else look.read,
        removed=0 if look is None else look.removed,
        again=0 if repeated is None else repeated.count,
        notes=() if repeated is None else tuple(repeated.skipped),
        breaks=tuple(breaks),
        heads=Heads(taken=now, heads={one.subject: (one.version, one.head) for one in found}),
    )


def _subjects(ledger: Ledger, subject: str | None, against: Heads | None) -> Sequence[str]:
    if subject is None:
        return ledger.chained()
    known = ledger.kept_state(subject) is not None or any(ledger.kept_decisions(subject))
    if not known and (against is None or subject not in against.heads):
        raise NotFound(f"Nothing was decided of {subject[:200]!r}; `driftgate status` names what.")
    return [subject] if known else []


def _nothing_ahead(links: Sequence[Link]) -> None:
    """Nor is it asked for."""


def _nothing(walk: Walk, link: Link) -> None:
    """What a link rests on is not looked at."""
