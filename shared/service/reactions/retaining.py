"""A run of retention: the event says all."""

from shared.domain.decisions.keeping import decide_retention
from shared.domain.evidence import NoEvidence
from shared.service.reactions import Reaction
from shared.service.reactions.record import gather_nothing

REACTION = Reaction(evidence=NoEvidence, gather=gather_nothing, decide=decide_retention)
