"""How tables of Log Analytics and their columns may be called."""

import re

_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,62}")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,44}")


def is_table_name(name: str) -> bool:
    """4 to 63 letters, digits and underscores, a letter first; so never a query.

    >>> is_table_name("LoanRows_CL"), is_table_name("LoanRows_CL | take 1")
    (True, False)
    """
    return _TABLE.fullmatch(name) is not None


def is_column_name(name: str) -> bool:
    """At most 45 letters, digits and underscores, no digit first.

    >>> is_column_name("TimeGenerated"), is_column_name("at;")
    (True, False)
    """
    return _COLUMN.fullmatch(name) is not None
