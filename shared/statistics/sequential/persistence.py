"""M of N: an alarm by fixed limits that a policy may choose instead of the sequential one."""

from collections.abc import Sequence

from shared.domain.verdict import Verdict
from shared.errors import InvalidData


def persists(verdicts: Sequence[Verdict], *, failing: int, of: int) -> bool:
    """Whether at least `failing` of the last `of` windows failed; `verdicts` oldest first.

    An inconclusive window is one of the last but does not count as failing.
    Raises InvalidData unless 1 ≤ failing ≤ of.

    >>> fail, unsure = Verdict.FAIL, Verdict.INCONCLUSIVE
    >>> persists([fail, unsure, fail], failing=2, of=3), persists([fail, unsure], failing=2, of=3)
    (True, False)
    """
    if not 1 <= failing <= of:
        raise InvalidData(f"{failing} of {of} windows cannot fail; give 1 of 1 up to N of N.")
    return sum(verdict is Verdict.FAIL for verdict in verdicts[-of:]) >= failing
