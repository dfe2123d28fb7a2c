"""What an alert has to get past before it is told, in order; the first that holds it is named."""

from shared.domain.decisions.alerts.holding import Case, Held, Stage
from shared.domain.decisions.alerts.inhibiting import inhibited
from shared.domain.decisions.alerts.muting import muted
from shared.domain.decisions.alerts.silencing import silenced

STAGES: tuple[Stage, ...] = (inhibited, muted, silenced)


def held_by(case: Case) -> Held | None:
    """What keeps a firing alert from a receiver now, None when nothing does."""
    return next((held for stage in STAGES if (held := stage(case)) is not None), None)
