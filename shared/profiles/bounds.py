"""How wide a baseline may be, and how long what it names: what is kept of each window follows."""

from collections.abc import Iterable, Mapping, Sequence

from shared.errors import InvalidData

MOST_COLUMNS = 5_000
LONGEST_NAME = 256
"""Characters of a column's name, which stands in its findings and in every profile."""
LONGEST_VALUE = 1_000
"""Characters of a value of a category; a column of longer ones is text that is not compared."""
MOST_KNOWN = 10_000
"""Different values of a column that are all kept, so that one never seen before is told."""
MOST_KNOWN_CHARACTERS = 1_000_000
_NAMED = 5


def refuse_too_many(names: Sequence[str]) -> None:
    """Raises InvalidData for more columns to profile than a baseline may have."""
    if len(names) <= MOST_COLUMNS:
        return
    beyond = names[MOST_COLUMNS:]
    listed = ", ".join(_short(name) for name in beyond[:_NAMED])
    raise InvalidData(
        f"The baseline would have {len(names)} columns, and {MOST_COLUMNS} is the most; name those "
        f"that matter in `columns`, or leave some out with `exclude`. Beyond the most are {listed}"
        f"{f' and {len(beyond) - _NAMED} more' if len(beyond) > _NAMED else ''}."
    )


def refuse_long_names(names: Sequence[str]) -> None:
    """Raises InvalidData for a name that is too long to stand in a sentence."""
    for name in names:
        if len(name) > LONGEST_NAME:
            raise InvalidData(
                f"A column's name has {len(name)} characters, and {LONGEST_NAME} is the most; "
                f"rename it, or name others in `columns`. It begins {_short(name)!r}."
            )


def known_of(frequencies: Mapping[str, int]) -> tuple[str, ...]:
    """Every value that a baseline had, sorted; none where they are too many to keep."""
    if len(frequencies) > MOST_KNOWN or sum(map(len, frequencies)) > MOST_KNOWN_CHARACTERS:
        return ()
    return tuple(sorted(frequencies))


def examples_of(new: Iterable[str], most: int) -> tuple[str, ...]:
    """Some values never seen before, each cut to the length that a known one may have."""
    return tuple(sorted(value[:LONGEST_VALUE] for value in new)[:most])


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}..."
