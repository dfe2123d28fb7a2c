"""Every gate by its name in the policy, and at which moments it is asked.

A gate's file, or its folder where it takes several, is imported when it is first asked, since some
need numpy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from shared.domain.decisions.gates.case import Case, Judged, Moment

_ENTRANCE = frozenset({Moment.ENTRANCE})
_STEP = frozenset({Moment.STEP})
_BOTH = _ENTRANCE | _STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRule:
    """A gate: its field in the policy's gates, its function `judge_<name>`, when it is asked."""

    name: str
    moments: frozenset[Moment]

    def judge(self) -> Callable[[Case], tuple[Judged, ...]]:
        """Its function, out of the file that has its name."""
        module = import_module(f"{__package__}.{self.name}")
        function: Callable[[Case], tuple[Judged, ...]] = getattr(module, f"judge_{self.name}")
        return function


GATES = (
    GateRule(name="metrics", moments=_ENTRANCE),
    GateRule(name="champion", moments=_ENTRANCE),
    GateRule(name="slices", moments=_ENTRANCE),
    GateRule(name="schema", moments=_ENTRANCE),
    GateRule(name="governance", moments=_ENTRANCE),
    GateRule(name="tags", moments=_ENTRANCE),
    GateRule(name="deployment", moments=_BOTH),
    GateRule(name="routing", moments=_BOTH),
    GateRule(name="latency", moments=_BOTH),
    GateRule(name="errors", moments=_BOTH),
    GateRule(name="canary", moments=_STEP),
    GateRule(name="bake", moments=_BOTH),
    GateRule(name="drift", moments=_ENTRANCE),
    GateRule(name="rollback", moments=_ENTRANCE),
    GateRule(name="calendar", moments=_BOTH),
    GateRule(name="budget", moments=_ENTRANCE),
)
"""In the order in which people read them."""
