"""Stages may lie in other workspaces, which are named in the settings or lie in folders."""

import pytest

from shared.adapters.azure.workspace_connect import NamedOnce
from shared.errors import Refused
from shared.service.world import World


def world_of(scene):
    return World.of(scene.application.adapters, scene.application.settings)


def test_a_stage_without_a_workspace_is_in_the_one_that_is_watched(scene):
    assert world_of(scene).workspace_of(None) is scene.application.workspace


def test_a_folder_is_a_workspace_as_soon_as_it_is_there(scene):
    world = world_of(scene)
    scene.write("workspaces/production/models/loan-default/8.yaml", "tags: {}\n")

    assert list(world.workspaces) == ["production"]
    assert world.workspace_of("production").versions("loan-default") == ["8"]


@pytest.mark.parametrize("name", ["staging", "..", "../workspace", ""])
def test_a_workspace_that_is_not_named_is_refused_with_those_there_are(scene, name):
    scene.write("workspaces/production/models/loan-default/8.yaml", "tags: {}\n")

    with pytest.raises(Refused, match=r"\(named are: production\); name it in"):
        world_of(scene).workspace_of(name)


def test_without_any_folder_there_is_no_other_workspace(scene):
    assert len(world_of(scene).workspaces) == 0


def test_a_named_workspace_is_connected_once_and_only_when_asked_for():
    made = []
    named = NamedOnce({"a": "/a", "b": "/b"}, lambda one: made.append(one) or one.upper())

    assert (named["a"], named["a"], list(named), len(named)) == ("/A", "/A", ["a", "b"], 2)
    assert made == ["/a"]
    with pytest.raises(KeyError):
        named["c"]
