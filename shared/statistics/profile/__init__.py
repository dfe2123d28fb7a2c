"""Profiles: what is kept of a window of rows."""

from shared.statistics.profile.categorical import EXAMPLES, CategoricalColumn
from shared.statistics.profile.coverage import AGES, LabelCoverage
from shared.statistics.profile.errors import ErrorProfile
from shared.statistics.profile.merging import merged
from shared.statistics.profile.numeric import Counts, NumericColumn
from shared.statistics.profile.part import part_from_json, part_to_json
from shared.statistics.profile.profile import (
    MISSING,
    SCHEMA_VERSION,
    Column,
    Profile,
    binning_hash,
)
from shared.statistics.profile.scores import ScoreProfile
from shared.statistics.profile.sums import LARGEST, exact_sum

__all__ = [
    "AGES",
    "EXAMPLES",
    "LARGEST",
    "MISSING",
    "SCHEMA_VERSION",
    "CategoricalColumn",
    "Column",
    "Counts",
    "ErrorProfile",
    "LabelCoverage",
    "NumericColumn",
    "Profile",
    "ScoreProfile",
    "binning_hash",
    "exact_sum",
    "merged",
    "part_from_json",
    "part_to_json",
]
