"""How old the evidence of a finding is, in words."""

from datetime import datetime, timedelta

from shared.domain.evidence import PromotionEvidence
from shared.domain.evidence.resting import rests_on
from shared.domain.finding import Finding
from shared.domain.wording import spell_duration


def spell_age(finding: Finding, evidence: PromotionEvidence | None, at: datetime) -> str:
    """The age at `at` of the reading a finding rests on, such as `12 min`; `not read` without."""
    reading = None if evidence is None else rests_on(finding.rule, evidence)
    if reading is None:
        return "not read"
    return spell_signed(at - reading.taken)


def spell_signed(age: timedelta) -> str:
    """An age that may lie ahead.

    >>> [spell_signed(timedelta(minutes=minutes)) for minutes in (0, 12, -3)]
    ['just read', '12 min', '3 min ahead']
    """
    if timedelta(0) <= age < timedelta(minutes=1):
        return "just read"
    return f"{spell_duration(-age)} ahead" if age < timedelta(0) else spell_duration(age)
