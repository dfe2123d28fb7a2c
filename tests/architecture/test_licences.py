"""Whatever is installed with Driftgate may be used and given on by anybody."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "mit",
    "mit license",
    "mit-0",
    "apache-2.0",
    "apache software license",
    "apache license 2.0",
    "bsd",
    "bsd license",
    "bsd-2-clause",
    "bsd-3-clause",
    "0bsd",
    "isc",
    "isc license (iscl)",
    "psf-2.0",
    "python software foundation license",
    "zlib",
    "cc0-1.0",
    "cnri-python",
    "mpl-2.0",
    "mozilla public license 2.0 (mpl 2.0)",
}
"""The last two ask for the source of changes to their own files, and nothing of ours."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PARTS = re.compile(r"\s+(?:AND|OR)\s+|[()]")


def licences_of(one: Distribution) -> set[str]:
    """As the package declares them: an expression, classifiers, or a line."""
    expression = one.metadata.get("License-Expression")
    if expression:
        return {part.strip().casefold() for part in _PARTS.split(expression) if part.strip()}
    classified = {
        line.rpartition(" :: ")[2].casefold()
        for line in one.metadata.get_all("Classifier") or []
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    }
    line = (one.metadata.get("License") or "unknown").partition("\n")[0]
    return classified or {part.strip().casefold() for part in _PARTS.split(line) if part.strip()}


def closure() -> dict[str, Distribution]:
    """All that requirements.txt brings along, as far as this machine needs it."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    waiting = [found[0] for line in lines if (found := _NAME.match(line))]
    found: dict[str, Distribution] = {}
    while waiting:
        name = waiting.pop().casefold().replace("_", "-")
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, another Python, or an extra that nobody asked for
        waiting.extend(
            match[0]
            for needed in found[name].requires or []
            if "extra ==" not in needed and (match := _NAME.match(needed))
        )
    return found


def test_every_package_that_is_needed_is_looked_at():
    found = closure()

    assert {"azure-core", "msgspec", "pyarrow", "urllib3", "cryptography"} <= found.keys()
    assert len(found) > 60


@pytest.mark.parametrize("name", sorted(closure()))
def test_a_package_has_a_licence_that_is_allowed(name):
    """A new one is read by a person, who adds it to the list or leaves the package out."""
    assert licences_of(closure()[name]) <= ALLOWED
