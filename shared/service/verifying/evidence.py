"""Whether the evidence and the policies that decisions name are still there, and unaltered."""

from shared.domain.chain import Fault, Link
from shared.domain.chain_walk import Walk
from shared.errors import AlteredEvidence, NotFound
from shared.ports import Evidence
from shared.service.deciding import NOTHING_READ


class EvidenceLook:
    """Reads each piece once, however many decisions rest on it."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._known: dict[bytes, Fault | None] = {}

    @property
    def read(self) -> int:
        """How many pieces were looked at."""
        return len(self._known)

    def see(self, walk: Walk, link: Link) -> None:
        """Look at what one link rests on."""
        for what, name in (("evidence", link.evidence), ("policy", link.policy)):
            if not name or name == NOTHING_READ:
                continue
            fault = self._fault(name)
            if fault is not None:
                word = "is missing" if fault is Fault.EVIDENCE_MISSING else "was altered"
                walk.add(
                    fault, link.version, f"The {what} {name} of decision {link.version} {word}."
                )

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
