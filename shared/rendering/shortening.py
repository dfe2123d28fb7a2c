"""Long text made short: between sentences, lines or words, and never through a sign."""

import unicodedata

_ENOUGH = 0.6
"""A border is good when at least so much of the room is used."""

_FEW = 4
"""So many lines are not worth to leave one out."""

_VARIATION = "\ufe0e\ufe0f"
_JOINER = "\u200d"


def shortened(text: str, most: int, lines: int = 1000) -> str:
    r"""At most `most` characters and about so many lines; what is cut off is shown by an ellipsis.

    Of many lines the first and the last stay, since those say what is and what it means, and the
    middle says how many lines are missing.

    >>> shortened("One thing. Another thing is this", 24), shortened("One thing is that", 13)
    ('One thing. …', 'One thing is…')
    >>> shortened("what\n1 aaaaaaaaaaaaaa\n2 bbbbbbbbbbbbbb\n3 cccccccccccccc\nmeans", 50)
    'what\n1 aaaaaaaaaaaaaa\n… 2 lines more\nmeans'
    """
    parts = text.split("\n")
    if len(text) <= most and len(parts) <= max(lines, _FEW):
        return text
    if most <= 0:
        return ""
    if len(parts) >= _FEW and (fewer := _fewer_lines(parts, most, lines)) is not None:
        return fewer
    return _cut(text, most) if len(text) > most else text


def _fewer_lines(lines: list[str], most: int, most_lines: int) -> str | None:
    """None where not even the first and the last fit."""
    gap = f"… {len(lines)} lines more"
    room = most - len(lines[0]) - len(lines[-1]) - len(gap) - 2
    if room < 0:
        return None
    kept: list[str] = []
    for line in lines[1 : max(most_lines - 2, 1)]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    missing = sum(1 for line in lines[1 + len(kept) : -1] if line)
    if missing == 0:
        return None
    gap = f"… {missing} {'line' if missing == 1 else 'lines'} more"
    return "\n".join([lines[0], *kept, gap, lines[-1]])


def _cut(text: str, most: int) -> str:
    room = text[: most - 1]
    sentence = max(room.rfind(end) for end in (". ", ".\n", "\n", "? ", "! "))
    least = int(most * _ENOUGH)
    if sentence + 1 >= least * 0.6:
        whole = room[: sentence + 1].rstrip()
        if len(whole) + 2 <= most and whole:
            return f"{whole} …"
    blank = room.rfind(" ") if text[most - 1 : most] != " " else len(room)
    if blank >= least:
        return f"{room[:blank].rstrip(' ,;:')}…"
    return f"{text[: _border(text, most - 1)]}…"


def _border(text: str, end: int) -> int:
    """The last place up to `end` that is not within a sign that people read as one."""
    while end > 0 and _within(text, end):
        end -= 1
    return end


def _within(text: str, at: int) -> bool:
    if at >= len(text):
        return False
    letter, before = text[at], text[at - 1]
    if unicodedata.category(letter) in {"Mn", "Me", "Mc"} or letter in _VARIATION:
        return True
    if _JOINER in {letter, before} or "\U0001f3fb" <= letter <= "\U0001f3ff":
        return True
    if not (_is_flag(letter) and _is_flag(before)):
        return False
    first = at
    while first > 0 and _is_flag(text[first - 1]):
        first -= 1
    return (at - first) % 2 == 1


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
