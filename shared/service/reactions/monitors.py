"""Azure Machine Learning's own monitors: what they told is all there is to look at."""

from shared.domain.decisions.external.monitor import decide_monitor
from shared.domain.evidence import NoEvidence
from shared.service.reactions import Reaction
from shared.service.reactions.record import gather_nothing

REACTION = Reaction(evidence=NoEvidence, gather=gather_nothing, decide=decide_monitor)
