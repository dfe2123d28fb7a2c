"""Baselines kept as files: the profile, and what its windows do unchanged."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import InvalidData
from shared.statistics.profile import Profile
from shared.statistics.sequential import Calibration

_MARK = "driftgate_profile"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBaseline:
    """A baseline's profile and, where it was learnt, the calibration of its windows."""

    profile: Profile
    calibration: Calibration | None = None


def save_baseline(path: Path, kept: KeptBaseline) -> None:
    """Write one compact JSON document with a version and the hash of the profile."""
    learnt = kept.calibration
    document = {
        _MARK: _VERSION,
        "hash": kept.profile.hash,
        "profile": kept.profile.to_json(),
        "calibration": None if learnt is None else learnt.to_json(),
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def is_baseline(path: Path) -> bool:
    """Whether a file is one that `save_baseline` wrote, by its first bytes."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MARK) + 4).startswith(f'{{"{_MARK}"'.encode())


def load_baseline(path: Path) -> KeptBaseline:
    """Read back what `save_baseline` wrote.

    Raises InvalidData, naming the file, for another version, a damaged document, or one that was
    changed since.
    """
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document[_MARK] != _VERSION:
            raise InvalidData(
                f"{path} is a profile of version {document[_MARK]}, known is {_VERSION}; "
                "make it again with: driftgate profile"
            )
        profile = Profile.from_json(document["profile"])
        learnt, unchanged = document["calibration"], profile.hash == document["hash"]
        calibration = None if learnt is None else Calibration.from_json(learnt)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        raise InvalidData(
            f"{path} is no profile that can be read; make it again with: driftgate profile"
        ) from problem
    if not unchanged:
        raise InvalidData(
            f"{path} was changed since it was written; make it again with: driftgate profile"
        )
    return KeptBaseline(profile=profile, calibration=calibration)
