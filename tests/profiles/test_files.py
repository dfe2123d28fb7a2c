"""A baseline kept as a file is the baseline that was made, or a clear refusal."""

import json

import numpy as np
import pytest

from shared.errors import InvalidData
from shared.profiles import baseline
from shared.profiles.calibrating import calibration
from shared.profiles.files import KeptBaseline, is_baseline, load_baseline, save_baseline

RANDOM = np.random.default_rng(41)
ROWS = {"x": RANDOM.normal(size=3_000), "c": RANDOM.choice(["a", "b"], 3_000).tolist()}


@pytest.fixture
def kept(tmp_path):
    made = baseline(ROWS)
    path = tmp_path / "kept" / "base.json"
    save_baseline(path, KeptBaseline(profile=made, calibration=calibration(ROWS, made)))
    return path


def test_what_was_kept_is_read_back_exactly(kept):
    made = baseline(ROWS)

    read = load_baseline(kept)

    assert is_baseline(kept)
    assert read.profile.hash == made.hash
    assert read.calibration.to_json() == calibration(ROWS, made).to_json()


def test_a_numeric_column_takes_less_than_sixteen_kibibytes(kept):
    document = json.loads(kept.read_text())

    assert len(json.dumps(document["profile"]["columns"]["x"], separators=(",", ":"))) < 16 * 1024


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(driftgate_profile=9), "is a profile of version 9, known is 1"),
        (lambda d: d["profile"].update(rows=7), "was changed since it was written"),
        (lambda d: d.pop("profile"), "is no profile that can be read"),
        (lambda d: d["profile"].update(version=0), "schema version 0"),
    ],
)
def test_a_file_that_is_not_what_was_kept_is_refused_in_one_sentence(kept, change, sentence):
    document = json.loads(kept.read_text())
    change(document)
    kept.write_text(json.dumps(document))

    with pytest.raises(InvalidData, match=sentence):
        load_baseline(kept)


def test_other_json_is_no_baseline(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('{"x": 1}\n')

    assert not is_baseline(path)
