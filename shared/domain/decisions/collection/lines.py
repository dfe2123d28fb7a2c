"""Collected lines whose rows could not be read: how many, why, and where the first one lies."""

from shared.domain.collected import RowsSeen
from shared.domain.decisions.collection.expected import CONFIDENCE
from shared.domain.finding import Finding, Rule
from shared.domain.shares import share_interval
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number

LIMIT = 0.05
UNTOLD = "untold"
"""The reason where whatever counted the lines tells how many they are, and no more of them."""
_WORDS = {
    "elsewhere": "keep their data in another file (larger than 4 MB, or binary)",
    "payload": "hold the body of a whole request, not rows of columns",
    "empty": "hold no data",
    "untimed": "have no time that can be read",
    "broken": "are no JSON objects",
    "truncated": "were still being written",
}


def judge_lines(seen: RowsSeen, thing: str, *, enforced: bool) -> Finding | None:
    """The share of lines that could not be read, against one in twenty; None when all were.

    A last line that is still being written will be whole at the next look and is only told.
    """
    unread = sum(seen.unread.values())
    if not unread:
        return None
    if UNTOLD in seen.unread:
        return _untold(seen, thing, unread, enforced=enforced)
    lost = unread - seen.unread.get("truncated", 0)
    lines = seen.lines + lost
    low, high = share_interval(lost, lines, CONFIDENCE)
    verdict = Verdict.PASS if high < LIMIT or not lost else Verdict.INCONCLUSIVE
    if low > LIMIT:
        verdict = Verdict.FAIL
    reasons = "; ".join(
        f"{spell_number(count)} {_WORDS.get(why, why)}"
        for why, count in sorted(seen.unread.items())
    )
    return Finding(
        rule=Rule.COLLECTION,
        thing=thing,
        verdict=verdict,
        reason="lines_unread",
        sentence=(
            f"{spell_number(unread)} of {spell_number(seen.lines + unread)} collected lines could "
            f"not be read: {reasons}. The first is {seen.example}."
        ),
        statistic="share_unread",
        estimate=lost / lines if lines else 0.0,
        low=low,
        high=high,
        limit=LIMIT,
        n=lines,
        enforced=enforced,
        details={"unread": dict(seen.unread)},
    )


def _untold(seen: RowsSeen, thing: str, unread: int, *, enforced: bool) -> Finding:
    """How many lines were read is not known: at most as many as rows, so the share may be more."""
    lines = seen.rows + unread
    low, _ = share_interval(unread, lines, CONFIDENCE)
    return Finding(
        rule=Rule.COLLECTION,
        thing=thing,
        verdict=Verdict.FAIL if low > LIMIT else Verdict.INCONCLUSIVE,
        reason="lines_unread",
        sentence=(
            f"{spell_number(unread)} collected lines could not be read, beside "
            f"{spell_number(seen.rows)} rows that could; what counted them tells neither why nor "
            "where."
        ),
        statistic="share_unread",
        estimate=unread / lines,
        low=low,
        limit=LIMIT,
        n=lines,
        enforced=enforced,
        details={"unread": dict(seen.unread)},
    )
