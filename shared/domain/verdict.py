"""The four answers a check can give, and how several answers become one."""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """One check's conclusion.

    Promotion needs `PASS`; monitoring raises no alert on `INCONCLUSIVE` alone.
    """

    PASS = "pass"  # noqa: S105  a verdict, not a word to get in with
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAIL = "fail"


_WORSE = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.FAIL)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Fold several verdicts into one: fail > error > inconclusive > pass.

    >>> worst([Verdict.PASS, Verdict.INCONCLUSIVE])
    <Verdict.INCONCLUSIVE: 'inconclusive'>
    >>> worst([])
    <Verdict.PASS: 'pass'>
    """
    return max(verdicts, key=_WORSE.index, default=Verdict.PASS)
