"""Whether people are told values that rows held."""

from dataclasses import dataclass
from enum import StrEnum


class Values(StrEnum):
    """What is said of a value of a feature: where it stands among the others, or the value."""

    HIDE = "hide"
    SHOW = "show"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPolicy:
    """Whether findings, alerts and notices may hold values of features and predictions.

    With `values: hide` a category is told by its place in the baseline (`value 2 of 5`) and a
    number by its group (`group 10 of 10, lowest first`); counts, shares and column names are told.
    """

    values: Values = Values.HIDE
    """`hide` tells a value by its place among the others, `show` as it is."""

    @property
    def shown(self) -> bool:
        """Whether values may be told."""
        return self.values is Values.SHOW
