"""What every store of policies promises: a wrong file is told, and never hides the others."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from shared.adapters.azure.blob_stores import PolicyBlobs
from shared.adapters.embedded import FilePolicies
from shared.errors import InvalidPolicy
from shared.policies.store import PolicyStore

GOOD = "model: {model}\nendpoint: {model}-endpoint\n"


@pytest.fixture(params=["files", "blobs"])
def policies(request, tmp_path):
    """A store and how a file gets into it."""
    if request.param == "files":
        return FilePolicies(tmp_path), lambda name, text: (tmp_path / name).write_text(text)
    account = request.getfixturevalue("account")
    store = PolicyStore(PolicyBlobs(account.blobs))
    return store, lambda name, text: account.keep("policies", name, text)


def test_a_policy_is_found_by_its_model_and_by_its_endpoint(policies):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))

    assert store.for_model("loan").endpoint == "loan-endpoint"
    assert store.for_endpoint("loan-endpoint").model == "loan"


def test_the_endpoint_of_a_stage_belongs_to_its_model_unless_another_is_served_there(policies):
    store, keep = policies
    stages = "stages: [{name: test, endpoint: shared}, {name: prod, endpoint: fraud-endpoint}]\n"
    keep("a.yaml", GOOD.format(model="loan") + stages)
    keep("b.yaml", GOOD.format(model="fraud"))

    assert store.for_endpoint("shared").model == "loan"
    assert store.for_endpoint("fraud-endpoint").model == "fraud"


def test_nothing_is_found_for_a_name_nobody_wrote_a_policy_for(policies):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))

    assert store.for_model("fraud") is None
    assert store.for_endpoint("fraud-endpoint") is None


def test_an_empty_store_answers_with_nothing(policies):
    store, _ = policies

    assert (store.for_model("loan"), list(store.all()), list(store.problems())) == (None, [], [])


def test_policies_are_listed_by_model_and_a_wrong_file_hides_none(policies):
    store, keep = policies
    keep("a.yaml", GOOD.format(model="loan"))
    keep("b.yaml", "model: [\n")
    keep("c.yml", GOOD.format(model="fraud"))

    assert [policy.model for policy in store.all()] == ["fraud", "loan"]
    assert store.for_endpoint("loan-endpoint").model == "loan"


def test_a_wrong_file_is_told_by_name_once(policies):
    store, keep = policies
    keep("loan.yaml", "model: loan\ngate: {}\n")

    (problem,) = store.problems()
    assert problem.startswith("loan.yaml")
    assert "gate" in problem


def test_a_model_whose_own_file_is_wrong_has_no_policy_but_an_error(policies):
    store, keep = policies
    keep("loan.yaml", "model: loan\ngate: {}\n")

    with pytest.raises(InvalidPolicy, match=r"loan\.yaml"):
        store.for_model("loan")


def test_two_files_for_one_model_are_an_error_that_names_both(policies):
    store, keep = policies
    keep("one.yaml", GOOD.format(model="loan"))
    keep("two.yaml", GOOD.format(model="loan"))

    with pytest.raises(InvalidPolicy, match=r"one\.yaml and two\.yaml"):
        store.for_model("loan")


def test_a_changed_file_counts_at_once(policies):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))
    store.for_model("loan")

    keep("loan.yaml", "model: loan\nendpoint: moved\n")

    assert store.for_model("loan").endpoint == "moved"


def test_a_changed_file_counts_with_the_next_question(policies):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))
    assert store.for_model("loan") is not None

    keep("loan.yaml", GOOD.format(model="lend"))

    assert (store.for_model("loan"), store.for_model("lend").endpoint) == (None, "lend-endpoint")


def test_one_decision_is_told_of_one_state_of_the_policies_and_the_next_of_the_new_one(policies):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))

    with store.steady():
        assert store.for_model("loan") is not None
        keep("loan.yaml", GOOD.format(model="lend"))
        with store.steady():
            assert store.for_model("loan") is not None

    assert store.for_model("loan") is None


def test_threads_that_carry_on_a_steady_context_are_told_of_the_same_state_and_others_are_not(
    policies,
):
    store, keep = policies
    keep("loan.yaml", GOOD.format(model="loan"))

    with store.steady(), ThreadPoolExecutor(1) as pool:
        assert store.for_model("loan") is not None
        keep("loan.yaml", GOOD.format(model="lend"))
        carried = pool.submit(copy_context().run, store.for_model, "loan").result()
        other = pool.submit(store.for_model, "loan").result()

    assert (carried is not None, other) == (True, None)


def test_a_file_that_stood_still_is_read_once_and_again_when_its_times_change(
    tmp_path, monkeypatch
):
    read, file = [], tmp_path / "loan.yaml"
    file.write_text(GOOD.format(model="loan"))
    long_ago = file.stat().st_mtime - 3600
    os.utime(file, (long_ago, long_ago))
    plainly = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or plainly(path))
    store = FilePolicies(tmp_path)

    store.for_model("loan")
    store.for_model("loan")
    assert len(read) == 1

    file.write_text(GOOD.format(model="lend"))
    assert store.for_model("lend") is not None
