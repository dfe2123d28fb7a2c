"""`driftgate drift` on files nobody planned for: an exit code and a sentence, no traceback."""

import numpy as np
import pytest

NUMBERS = [f"{value:.4f}" for value in np.random.default_rng(1).normal(size=1_000)]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["x", "0.1"], 4),
        (["x"], 4),
        (["x", *NUMBERS[:300], *["oops"] * 50], 2),
        (["X", *NUMBERS], 2),
        (["x", *["inf"] * 300], 2),
        ([], 3),
    ],
    ids=["one row", "no rows", "mixed types", "renamed", "infinite", "an empty file"],
)
def test_a_bad_file_is_never_a_silent_pass(run, tmp_path, lines, code):
    base, current = tmp_path / "base.csv", tmp_path / "current.csv"
    base.write_text("\n".join(["x", *NUMBERS]) + "\n")
    current.write_text("".join(f"{line}\n" for line in lines))

    done = run("drift", base, current)

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr
