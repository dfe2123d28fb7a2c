"""What is recorded of a version is read as it is written, also where it is no number."""

import json

import pytest
import yaml

from shared.adapters.azure.signatures import Signature, read_signature
from shared.adapters.embedded import FileWorkspace
from shared.domain.world import ColumnSpec
from shared.errors import InvalidData
from tests.integration.workspace.scene import FileLogs, serve_scene, tell_files

FILES = {
    "models/loan/1.yaml": (
        "run: train-1\nmetrics: {auc: .nan, f1: n/a, loss: .inf, recall: , kept: true, acc: 0.9}\n"
    ),
    "models/loan/4.yaml": "run: train-4\nmetrics: {auc: 0.9}\n",
    "models/loan/2.yaml": (
        "created_by: ada@bank.example\nenvironment: credit-env:4\narchived: true\n"
        "training_data: from-the-job\nproperties: {metrics.auc: '0.9'}\n"
        "tags: {owner: risk, metrics.auc: '0.7', auc: n/a, training_data: customers:3}\n"
    ),
    "models/loan/3.yaml": """\
inputs:
  - {name: age, type: integer}
  - {name: income, type: double, required: false}
  - {name: home, type: object, properties: {zip: {type: string}, flat: {type: long,
     required: false}}}
  - {name: debts, type: array, items: {type: map, values: {type: double}}}
outputs: [{type: tensor, tensor-spec: {dtype: float32, shape: [-1, 2]}}]
params: [{name: threshold, type: double, default: 0.5, shape: null}, {name: old, dtype: long,
  default: 3, shape: [-1]}]
properties: {schema.age: '{"min": 0, "max": 120, "enforced": true, "nullable": false}'}
tags: {schema.age: '{"max": 90}', schema.income: '{"min": NaN}', schema.home: '[', schema.x: '{}',
  schema.y: '3', schema.debts: '{"categories": ["b", "a", 1]}'}
""",
}

RETRAINING = "0123456789abcdef"


@pytest.fixture(params=["files", "azure"])
def workspace(request, tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/train-4.yaml").write_text(
        f"state: Completed\ntraining: {{tags: {{driftgate-retraining: {RETRAINING}}}}}\n"
    )
    files = FileWorkspace(tmp_path)
    if request.param == "files":
        yield files
        return
    scene = serve_scene(request.getfixturevalue("loopback"))
    tell_files(scene, FILES)
    scene.tags["train-4"] = {"driftgate-retraining": RETRAINING}
    yield scene.workspace(FileLogs(files), tmp_path / "cache")
    scene.close()


def test_what_a_run_recorded_in_place_of_a_number_is_kept_as_it_stands(workspace):
    """Not a number, no value and words are told apart from a metric nobody logged."""
    version = workspace.model("loan", "1")

    assert version.metrics == {"acc": 0.9}
    assert {name: text.lower() for name, text in version.unreadable.items()} == {
        "auc": "nan",
        "f1": "n/a",
        "loss": "inf",
        "recall": "",
        "kept": "true",
    }
    assert version.measured == "run train-1"


def test_a_version_is_known_as_what_came_of_a_retraining_by_the_run_that_made_it(workspace):
    """Whoever trains need not tag the version itself."""
    assert workspace.model("loan", "4").retraining == RETRAINING
    assert [workspace.model("loan", name).retraining for name in ("1", "2")] == [None, None]


def test_who_made_a_version_where_and_what_it_says_of_itself_is_read(workspace):
    version = workspace.model("loan", "2")

    assert (version.created_by, version.environment) == ("ada@bank.example", "credit-env:4")
    assert version.archived
    assert version.properties["metrics.auc"] == "0.9"
    assert version.tags == {
        "owner": "risk",
        "metrics.auc": "0.7",
        "auc": "n/a",
        "training_data": "customers:3",
    }
    assert version.training_data == "customers:3"
    assert version.measured is None


def test_a_signature_has_nested_types_tensors_outputs_and_parameters(workspace):
    version = workspace.model("loan", "3")
    *_, home, debts = version.inputs

    assert home == ColumnSpec(
        name="home",
        type="object",
        fields=(
            ColumnSpec(name="flat", type="long", required=False),
            ColumnSpec(name="zip", type="string"),
        ),
    )
    assert debts.type == "array"
    assert debts.fields == (
        ColumnSpec(name="items", type="map", fields=(ColumnSpec(name="values", type="double"),)),
    )
    assert version.outputs == (ColumnSpec(name="#1", type="float32", shape=(-1, 2)),)
    assert version.params == (
        ColumnSpec(name="threshold", type="double", required=False, default="0.5"),
        ColumnSpec(name="old", type="long", required=False, default="3", shape=(-1,)),
    )


def test_what_is_declared_of_a_column_beside_its_signature_is_added_to_it(workspace):
    """A property stands before a tag, and what is no JSON is kept to be told."""
    version = workspace.model("loan", "3")
    age, income, _, debts = version.inputs

    assert age == ColumnSpec(
        name="age", type="integer", nullable=False, min=0.0, max=120.0, enforced=True
    )
    assert income == ColumnSpec(name="income", type="double", required=False)
    assert debts.categories == ("1", "a", "b")
    assert version.unreadable == {
        "schema.income": '{"min": NaN}',
        "schema.home": "[",
        "schema.y": "3",
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "inputs: [{name: age, type: long, nullable: perhaps}]",
            "age.nullable is 'perhaps'; write",
        ),
        ("inputs: [{name: age, type: long, min: low}]", "age.min is 'low'; give a number"),
        ("outputs: [{type: long, categories: a}]", "outputs: #1.categories is no list"),
        ("params: [{name: k, type: long, max: .nan}]", "params: k.max is nan; give a number"),
    ],
)
def test_a_column_that_is_declared_wrongly_in_a_file_is_named(tmp_path, content, sentence):
    path = tmp_path / "models/loan/1.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(content)

    with pytest.raises(InvalidData, match=sentence):
        FileWorkspace(tmp_path).model("loan", "1")


def nested(depth):
    inner = {"type": "long"}
    for _ in range(depth):
        inner = {"type": "array", "items": inner}
    return json.dumps([{"name": "deep", **inner}])


@pytest.mark.parametrize("inputs", ["[", nested(30), "[" * 100_000])
def test_a_signature_that_is_no_json_or_has_no_end_is_refused(inputs):
    with pytest.raises(InvalidData, match="has a signature that is no JSON"):
        read_signature(yaml.safe_dump({"signature": {"inputs": inputs}}).encode())


def test_a_model_without_signature_declares_nothing():
    for content in (b"", b"signature: none", b"signature: {inputs: '{}', params: '[3, {}]'}"):
        assert read_signature(content) == Signature()
