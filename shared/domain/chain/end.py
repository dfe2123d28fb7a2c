"""Whether a subject's state is the one that the last link of its chain left."""

import json
from hashlib import sha256

from shared.domain.canonical import canonical_json
from shared.domain.chain.links import Break, Fault, Link


def judge_end(
    subject: str,
    version: int,
    text: str | None,
    last: Link | None,
    last_version: int,
    *,
    whole: bool,
) -> list[Break]:
    """Compare the state row, of a `version` and with its `text`, with the newest link.

    A `text` of None is no row at all. `whole` says that nothing is wrong with the chain itself:
    where links are missing from it, their number says nothing of its end. A state whose hash no
    link records is of an older release and passes.
    """
    if text is None:
        fault = Fault.STATE_MISSING
        sentence = f"There are {last_version} decisions and no state: its row is missing."
        return [_break(subject, fault, version, sentence)]
    try:
        named, left = _read(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [_break(subject, Fault.STATE_ALTERED, version, "What is kept as the state is none.")]
    if last is not None and named == last.hash:
        if whole and version != last_version:
            sentence = f"The state counts {version} decisions, and the chain has {last_version}."
        elif last.intact and last.state and left != last.state:
            sentence = f"The state is not the one that decision {last_version} left."
        else:
            return []
        return [_break(subject, Fault.STATE_ALTERED, version, sentence)]
    unsure = last_version > 0 if last is None else not last.intact
    if unsure and version == last_version:
        return []
    fault, sentence = _ends(version, last_version)
    return [_break(subject, fault, version, sentence)]


def _ends(version: int, last_version: int) -> tuple[Fault, str]:
    if version > last_version:
        return (
            Fault.END_MISSING,
            f"The state is that after decision {version}, and the chain ends with {last_version}: "
            "its end is missing.",
        )
    if version < last_version:
        return (
            Fault.STATE_BEHIND,
            f"The chain ends with decision {last_version}, and the state is that after {version}: "
            "it was put back.",
        )
    return (
        Fault.STATE_ALTERED,
        f"The state does not name the hash of decision {last_version}, which is the last.",
    )


def _break(subject: str, fault: Fault, version: int, sentence: str) -> Break:
    return Break(fault=fault, subject=subject, version=version, sentence=sentence)


def _read(text: str) -> tuple[str, str]:
    """The hash that a state names, and that of the state without it.

    Raises ValueError, KeyError, TypeError and AttributeError for what was not written here.
    """
    plain = json.loads(text)
    if canonical_json(plain).decode() != text:
        raise ValueError("It is not as it was written.")
    named = str(plain["last_hash"])
    return named, sha256(canonical_json({**plain, "last_hash": ""})).hexdigest()
