"""The one way a dimension's value gets into a filter of Azure Monitor's metrics."""

import re
import unicodedata
from collections.abc import Mapping

from shared.errors import Refused

_DIMENSION = re.compile(r"[A-Za-z][A-Za-z0-9_.\- /]{0,127}")
_NO_VALUE_HAS = {"Cc", "Cs", "Zl", "Zp"}


def filter_of(dimensions: Mapping[str, str], by: str | None = None) -> str | None:
    """Each dimension kept at its value, and all values of `by`; None for no filter at all.

    A quote is doubled, and round brackets are encoded twice, as the service wants them.

    >>> filter_of({"StatusCode": "429"}, by="ModelDeploymentName")
    "StatusCode eq '429' and ModelDeploymentName eq '*'"
    >>> filter_of({"ModelName": "it's (new)"})
    "ModelName eq 'it''s %2528new%2529'"

    Raises Refused for a name that is none of a dimension, and a value that would mean all values.
    """
    kept = [f"{_name(name)} eq '{_value(name, value)}'" for name, value in dimensions.items()]
    if by is not None:
        kept.append(f"{_name(by)} eq '*'")
    return " and ".join(kept) or None


def _name(name: str) -> str:
    if not _DIMENSION.fullmatch(name):
        raise Refused(f"{name[:80]!r} is no name of a dimension; see the metric's page.")
    return name


def _value(name: str, value: str) -> str:
    if value.strip() in {"", "*"} or any(unicodedata.category(c) in _NO_VALUE_HAS for c in value):
        raise Refused(f"The dimension {name} is {value[:80]!r}; name one of its values.")
    return value.replace("'", "''").replace("(", "%2528").replace(")", "%2529")
