"""Traffic moved to a version step by step, with a judgement at each, and back when it fails.

One file a question: `planning` (which steps), `moving` (what became of a change), `judging` (on,
wait or back), `changed` (somebody else moved the traffic), `by_hand` (people do the moving),
`taken_back` (its watch failed afterwards).
"""

from shared.domain.decisions.promotion.rollout.rolling import begin, roll
from shared.domain.decisions.promotion.rollout.taken_back import take_back

__all__ = ["begin", "roll", "take_back"]
