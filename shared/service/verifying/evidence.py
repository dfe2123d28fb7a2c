"""Whether the evidence and the policies that decisions name are still there, and unaltered."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.canonical import parse_time
from shared.domain.chain.links import Fault, Link
from shared.domain.chain.walk import Walk
from shared.domain.event import EXTENSION_PREFIX, EventType
from shared.errors import AlteredEvidence, NotFound
from shared.ports import Evidence, Ledger
from shared.service.deciding import NOTHING_READ

_LOOKED_BACK = 1000
RETENTION = "retention/fleet"
_BEGUN = EXTENSION_PREFIX + EventType.RETENTION_BEGUN.value


def evidence_kept_since(ledger: Ledger) -> datetime | None:
    """Since when evidence is kept by the runs of retention there were; None where none took any.

    By the latest time of any: what went under shorter rules does not come back with longer ones.
    """
    begun = (
        parse_time(decision["event"]["data"]["evidence"])
        for decision in ledger.decisions(RETENTION, limit=_LOOKED_BACK)
        if decision["event"]["type"] == _BEGUN
        and decision["event"]["data"].get("evidence") is not None
    )
    return max(begun, default=None)


class EvidenceLook:
    """Reads each piece once, however many decisions rest on it.

    What retention may have taken is counted as `removed` and is no break.
    """

    def __init__(self, ledger: Ledger, evidence: Evidence) -> None:
        self._evidence = evidence
        self._known: dict[bytes, Fault | None] = {}
        self._kept_since = evidence_kept_since(ledger)
        self.removed = 0

    @property
    def read(self) -> int:
        """How many pieces were looked at."""
        return len(self._known)

    def expect(self, links: Sequence[Link]) -> None:
        """Have what these rest on read together, as far as it was not looked at."""
        named = dict.fromkeys(name for link in links for name in (link.evidence, link.policy))
        self._evidence.expect(
            name
            for name in named
            if name and name != NOTHING_READ and name.encode()[:32] not in self._known
        )

    def see(self, walk: Walk, link: Link) -> None:
        """Look at what one link rests on."""
        for what, name in (("evidence", link.evidence), ("policy", link.policy)):
            if not name or name == NOTHING_READ:
                continue
            fault = self._fault(name)
            if fault is Fault.EVIDENCE_MISSING and self._is_over(link):
                self.removed += 1
            elif fault is not None:
                word = "is missing" if fault is Fault.EVIDENCE_MISSING else "was altered"
                walk.add(
                    fault, link.version, f"The {what} {name} of decision {link.version} {word}."
                )

    def _is_over(self, link: Link) -> bool:
        try:
            return self._kept_since is not None and parse_time(link.decided) < self._kept_since
        except ValueError:
            return False

    def _fault(self, name: str) -> Fault | None:
        key = name.encode()[:32]
        if key not in self._known:
            try:
                self._evidence.get(name)
            except AlteredEvidence:
                self._known[key] = Fault.EVIDENCE_ALTERED
            except NotFound:
                self._known[key] = Fault.EVIDENCE_MISSING
            else:
                self._known[key] = None
        return self._known[key]
