"""The numbers of a finding as people read them beside its sentence."""

from shared.domain.finding import Finding
from shared.domain.wording import spell_number


def spell_found(finding: Finding) -> str:
    """The estimate with its interval; empty where the rule has no number.

    >>> from shared.domain.finding import Rule
    >>> from shared.domain.verdict import Verdict
    >>> spell_found(Finding(rule=Rule.ERRORS_GATE, thing="deployment/green", verdict=Verdict.PASS,
    ...     reason="within", sentence="", estimate=0.002, low=0.001, high=0.004))
    '0.002 (0.001 to 0.004)'
    """
    interval = ""
    if finding.low is not None or finding.high is not None:
        low = "any" if finding.low is None else spell_number(finding.low)
        high = "any" if finding.high is None else spell_number(finding.high)
        interval = f"{low} to {high}"
    if finding.estimate is None:
        return interval
    number = spell_number(finding.estimate)
    return f"{number} ({interval})" if interval else number


def spell_limit(finding: Finding) -> str:
    """The limit; empty where there is none."""
    return "" if finding.limit is None else spell_number(finding.limit)


def spell_counted(finding: Finding) -> str:
    """How much it rests on, and how much would decide it.

    >>> from shared.domain.finding import Rule
    >>> from shared.domain.verdict import Verdict
    >>> spell_counted(Finding(rule=Rule.ERRORS_GATE, thing="deployment/green",
    ...     verdict=Verdict.INCONCLUSIVE, reason="few", sentence="", n=120, n_needed=400))
    '120 of 400 needed'
    """
    if finding.n is None:
        return "" if finding.n_needed is None else f"{spell_number(finding.n_needed)} needed"
    counted = spell_number(finding.n)
    if finding.n_needed is None:
        return counted
    return f"{counted} of {spell_number(finding.n_needed)} needed"
