"""What changed between two signatures, and whether anybody notices.

Inputs may come to take more, outputs may come to give less: callers that sent what the old one took
and readers of what the old one gave must not notice.
"""

from shared.domain.schema.change import ChangeKind, Part, SchemaChange, spell_type
from shared.domain.schema.compare import compare_schemas, schema_changes

__all__ = [
    "ChangeKind",
    "Part",
    "SchemaChange",
    "compare_schemas",
    "schema_changes",
    "spell_type",
]
