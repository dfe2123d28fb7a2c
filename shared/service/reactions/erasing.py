"""A subject that was erased: the event says all."""

from shared.domain.decisions.keeping import decide_erasure
from shared.domain.evidence import NoEvidence
from shared.service.reactions import Reaction
from shared.service.reactions.record import gather_nothing

REACTION = Reaction(evidence=NoEvidence, gather=gather_nothing, decide=decide_erasure)
