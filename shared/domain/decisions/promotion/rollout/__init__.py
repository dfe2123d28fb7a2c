"""Traffic moved to a version step by step, with a judgement at each, and back when it fails.

One file a question: `planning` (which steps), `moving` (what became of a change), `judging` (on,
wait or back), `changed` (somebody else moved the traffic), `by_hand` (people do the moving).
"""

from shared.domain.decisions.promotion.rollout.rolling import begin, roll

__all__ = ["begin", "roll"]
