"""Profiles: what is kept of a window of rows."""

from shared.statistics.profile.categorical import EXAMPLES, CategoricalColumn
from shared.statistics.profile.numeric import LARGEST, Counts, NumericColumn
from shared.statistics.profile.profile import (
    MISSING,
    SCHEMA_VERSION,
    Column,
    Profile,
    binning_hash,
)

__all__ = [
    "EXAMPLES",
    "LARGEST",
    "MISSING",
    "SCHEMA_VERSION",
    "CategoricalColumn",
    "Column",
    "Counts",
    "NumericColumn",
    "Profile",
    "binning_hash",
]
