"""Whether a version is put forward for a stage, and what becomes of it on its way through.

One file a phase: `entrance` (waiting, blocked), `requested`, `running`, `rollout`, `watching`;
`asked` answers an environment's check at any of them.
"""

from shared.domain.decisions.promotion.concerned import concerned
from shared.domain.decisions.promotion.deciding import decide_promotion

__all__ = ["concerned", "decide_promotion"]
