"""A file that is written badly or with ill will is one sentence, and never a crash or a hang."""

import pytest

from shared.errors import InvalidPolicy
from shared.policies.fleet import read_fleet

LAUGHS = "l0: &l0 [a]\n" + "".join(
    f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "m0: &m0 {k: 1}\n" + "".join(
    f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LAUGHS, "fleet.yaml has more than 100000 parts with all that its anchors repeat"),
        (MERGES, "fleet.yaml has more than 100000 parts"),
        ("receivers: &a [*a]", "has an anchor that contains itself; write it out."),
        ("default: a\ndefault: b", "has the key 'default' twice, again in line 2; keep one."),
        ("receivers:\n- {name: a, name: b}", "has the key 'name' twice, again in line 2"),
        ("default: a\n\troutes: []", "fleet.yaml is not YAML: line 2, column 1 has a tab; indent"),
        (
            "a: {b: c\nd: e",
            "line 2, column 2: expected ',' or '}', but got ':', within what begins",
        ),
        ("default: 2026-13-45", "is not YAML: month must be in 1..12"),
        ("default: !!bool perhaps", "is not YAML: 'perhaps'"),
        ("default: !!timestamp late", "is not YAML:"),
        ("default: !!int ''", "is not YAML:"),
        ("default: " + "9" * 5000, "is not YAML:"),
        ("default: !!python/name:os.system ''", "could not determine a constructor"),
        ("retraining: {cost: " + "9" * 400 + "}", "int too large to convert to float."),
        ("retraining: {per: " + "9" * 400 + "d}", "fleet.yaml: cannot convert float infinity"),
        ("[" * 300, "is not YAML:"),
        ("? " + "k" * 90_000 + "\n: 1", "is not a known key; known are"),
        ("default: " + "a" * 300_000, "has 300009 bytes; keep it below 262144"),
    ],
    ids=lambda text: text[:30],
)
def test_a_hostile_file_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(InvalidPolicy) as refusal:
        read_fleet(text.encode(), "fleet.yaml")

    assert sentence in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_a_value_of_the_wrong_kind_is_shown_by_its_beginning():
    nested = "".join("[" for _ in range(40)) + "]" * 40

    with pytest.raises(InvalidPolicy, match=r"default is .*; give text") as refusal:
        read_fleet(f"default: {nested}".encode(), "fleet.yaml")

    assert len(str(refusal.value)) < 200


def test_an_anchor_may_be_used_again_and_merged():
    fleet = read_fleet(
        b"receivers:\n- &a {name: a, channel: log}\n- {<<: *a, name: b}\n", "fleet.yaml"
    )

    assert [one.name for one in fleet.receivers] == ["a", "b"]
