"""What may be told of an engine's fault: which column, which row, which types; never a value.

Arrow quotes what it could not read, and such a sentence ends in alerts.
"""

import re
from collections.abc import Iterable

from shared.domain.wording import spell_list
from shared.errors import InvalidData

_PLAIN = re.compile(
    r"Unable to merge: Field |Schema at index |Field .{1,200} has incompatible types"
    r"|Empty CSV file|Parquet |Could not open Parquet|Unsupported cast from "
    r"|Couldn't deserialize thrift|Unexpected end of |Invalid UTF8 "
)
_COLUMN = re.compile(r"In CSV column #(\d+)")
_ROW = re.compile(r"[Rr]ow #?(\d+)")
_WIDTH = re.compile(r"Expected (\d+) columns, got (\d+)")
_KIND = re.compile(
    r"(?:conversion error to|scalar of type|tried to convert to|value outside of range for)"
    r" ([a-z_]+[0-9]*)"
)


def told_without_values(problem: BaseException) -> str:
    """The fault in some words of the engine's, without what it read.

    >>> told_without_values(ValueError("Failed to parse string: 'Ann' as a scalar of type double"))
    'a value is no double'
    >>> told_without_values(ValueError("CSV parse error: Row #3: Expected 2 columns, got 3: a,b,c"))
    'row 3: expected 2 columns, got 3'
    >>> told_without_values(ValueError("Mrs Miller is 44"))
    'a value does not fit (ValueError)'
    """
    text = str(problem).partition("\n")[0]
    if isinstance(problem, UnicodeDecodeError):
        return f"the text is no {problem.encoding} from byte {problem.start} on"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    if _PLAIN.match(text) and "'" not in text.replace("'<Buffer>'", ""):
        return text.rstrip(".")
    places = [
        f"{word} {found[1]}"
        for word, found in (("column", _COLUMN.search(text)), ("row", _ROW.search(text)))
        if found is not None
    ]
    width, kind = _WIDTH.search(text), _KIND.search(text)
    if width is not None:
        what = f"expected {width[1]} columns, got {width[2]}"
    elif kind is not None:
        what = f"a value is no {kind[1]}"
    else:
        what = f"a value does not fit ({type(problem).__name__})"
    return f"{' '.join(places)}: {what}" if places else what


def no_time_column(name: str, columns: Iterable[str]) -> InvalidData:
    """The refusal of rows that cannot be cut by their times; of many columns it names ten."""
    return InvalidData(
        f"There is no time column {name}; the columns are {spell_list(list(columns), most=10)}."
    )
