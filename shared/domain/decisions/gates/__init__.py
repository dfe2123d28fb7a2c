"""What a version shows before it goes on: one gate a file, each a pure function of a case.

To add a gate: a class in `shared/domain/policy/gates.py`, a field of `Gates` with its name, a file
here (or a folder, where it takes several), and its line in `rules.py`. `measured` and `observed`
hold what several gates share.
"""

from shared.domain.decisions.gates.case import Case, Judged, Moment
from shared.domain.decisions.gates.running import Gated, run_gates

__all__ = ["Case", "Gated", "Judged", "Moment", "run_gates"]
