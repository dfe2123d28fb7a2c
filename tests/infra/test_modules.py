"""The files fit together: every module is used, given what it asks for and asked what it gives."""

import json
import re

import pytest

from tests.infra.bicep import FILES, INFRA, config, parsed, used_names, without_comments

MAIN = (INFRA / "main.bicep").read_text()
LITERALS = {"true", "false", "null", "existing", "if", "for", "in"} | {
    *("string", "object", "array", "bool", "int")
}
SECRET = re.compile(r"key|secret|connection|password|token", re.IGNORECASE)


def tree_of(path):
    return parsed(path.read_text())


def declared(path):
    tree = tree_of(path)
    loops = {
        name
        for block in tree.get("resources", {}).values()
        for name in block["config"].get("loop_type", {}).get("detail", {}).values()
    }
    loops |= set(re.findall(r"[(,] ?(\w+) =>", path.read_text()))
    parts = ("parameters", "variables", "resources", "modules")
    return {name for part in parts for name in tree.get(part, {})} | {
        name for name in loops if isinstance(name, str)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(INFRA)))
def test_every_name_in_use_is_declared_in_its_file(path):
    assert used_names(path.read_text()) - declared(path) - LITERALS == set()


def test_an_undeclared_name_is_seen():
    assert "subnet" in used_names("var a = '${subnet}-x'\n")
    assert "region" in used_names("var a = { location: region }\n")
    assert used_names("var a = { location: 'region' } // word\n") == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(INFRA)))
def test_every_parameter_is_described_and_used(path):
    text = path.read_text()
    for name, parameter in tree_of(path).get("parameters", {}).items():
        kinds = [decorator["type"] for decorator in parameter["decorators"]]
        assert "description" in kinds, name
        assert len(re.findall(rf"\b{name}\b", without_comments(text))) > 1, name


def test_every_module_is_deployed():
    used = {INFRA / path for path in re.findall(r"^module \w+ '([^']+)'", MAIN, re.MULTILINE)}

    assert used == set((INFRA / "modules").glob("*.bicep"))


def test_a_module_is_given_every_parameter_and_no_other():
    for module in tree_of(INFRA / "main.bicep")["modules"].values():
        asked = tree_of(INFRA / module["detail"]["path"])["parameters"]
        given = set(config(module)["params"])
        assert given <= set(asked), module
        assert {name for name, one in asked.items() if one.get("default") is None} <= given, module


def test_an_output_that_is_read_is_given_and_one_that_is_given_is_read():
    modules = tree_of(INFRA / "main.bicep")["modules"]
    read = set(re.findall(r"\b(\w+)\.outputs\.(\w+)", MAIN))
    given = {
        (name, output)
        for name, module in modules.items()
        for output in tree_of(INFRA / module["detail"]["path"]).get("outputs", {})
    }

    assert read == given


def test_no_output_is_a_secret():
    for path, tree in ((path, tree_of(path)) for path in FILES):
        for name in tree.get("outputs", {}):
            [line] = re.findall(rf"^output {name} .*", path.read_text(), re.MULTILINE)
            assert not SECRET.search(line), line


def test_the_parameters_of_azd_are_parameters_of_the_template():
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    asked = tree_of(INFRA / "main.bicep")["parameters"]

    assert set(given) <= set(asked)
    assert {name for name, one in asked.items() if one.get("default") is None} <= set(given)


def test_the_hook_hands_over_outputs_of_the_template_and_all_that_is_asked():
    hook = (INFRA.parent / "azure.yaml").read_text()
    handed = dict(re.findall(r'(\w+)="\$(\w+)"', hook))

    assert set(handed) == set(tree_of(INFRA / "subscriptions.bicep")["parameters"])
    read = {*handed.values(), *re.findall(r'"\$(\w+)"', hook)} - {"AZURE_SUBSCRIPTION_ID"}
    assert read <= set(tree_of(INFRA / "main.bicep")["outputs"])
    assert "--template-file infra/subscriptions.bicep" in hook


def test_the_documented_command_hands_over_all_that_the_logs_of_an_endpoint_ask():
    docs = (INFRA.parent / "docs" / "deploy.md").read_text()
    command = docs.partition("--template-file infra/endpoint_logs.bicep")[2].partition("\n\n")[0]
    read = set(re.findall(r"azd env get-value (\w+)", command))

    assert set(re.findall(r"(\w+)=", command)) == set(
        tree_of(INFRA / "endpoint_logs.bicep")["parameters"]
    )
    assert read <= set(tree_of(INFRA / "main.bicep")["outputs"])
