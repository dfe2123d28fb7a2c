"""Replays: what is said of one is all there is to know."""

from shared.domain.decisions.replay import decide_replay
from shared.domain.evidence import NoEvidence
from shared.service.reactions import Reaction
from shared.service.reactions.record import gather_nothing

REACTION = Reaction(evidence=NoEvidence, gather=gather_nothing, decide=decide_replay)
