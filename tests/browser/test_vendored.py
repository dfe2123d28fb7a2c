"""The scripts of others that pages load are what their packages hold."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "shared" / "web" / "console" / "static"


@pytest.mark.parametrize(
    ("name", "package"),
    [("htmx.min.js", "htmx.org"), ("idiomorph-ext.min.js", "idiomorph")],
)
def test_a_vendored_script_is_that_of_its_package(name, package):
    theirs = HERE / "node_modules" / package / "dist" / name

    assert (STATIC / name).read_bytes() == theirs.read_bytes()
