"""A model whose collected rows are more than an instance can count in one piece."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.bootstrap import build
from shared.domain.profiling import Capacity
from shared.settings import Settings
from tests.conftest import Scene, StoppedClock

POLICY = """\
model: loan-default
endpoint: loan-endpoint
training_data: train
drift: {window: 2d}
"""
BLUE = '{blue: {model: "loan-default:7", sampling: 10, outputs_sampling: 100}}'
AMPLE = Capacity()
TINY = Capacity(memory=256 << 10)
"""So little memory that two days of some kilobytes an hour are several parts."""


@dataclass
class Home(Scene):
    """The same, whose instance has another capacity or adapters."""

    def look(self, check):
        self.application.service.fan_out(check)
        self.drain()
        return self.last("model/loan-default")


@pytest.fixture
def home(tmp_path, registered):
    """Makes a home with a model that blue serves; `capacity` is what its instance has."""

    def make(name, capacity=AMPLE, policy=POLICY, around=lambda adapters: adapters):
        folder = tmp_path / name
        for path in ("policies", "workspace/endpoints", "workspace/models", "workspace/data"):
            (folder / path).mkdir(parents=True)
        clock = StoppedClock()
        settings = Settings(
            home=folder,
            workspace=folder / "workspace",
            policies=folder / "policies",
            capacity=capacity,
        )
        scene = Home(
            home=folder, clock=clock, application=build(settings, clock=clock, around=around)
        )
        scene.clock.now = scene.clock.now.replace(hour=0, minute=5)
        scene.policy(policy)
        scene.model("7", "metrics: {auc: 0.9}\n")
        rng = np.random.default_rng(3)
        columns = {"income": rng.normal(0.0, 1.0, 5_000), "score": rng.beta(2.0, 5.0, 5_000)}
        parquet.write_table(pa.table(columns), folder / "workspace/data/train.parquet")
        scene.write("workspace/data/train.yaml", "paths: train.parquet\n")
        scene.endpoint("{blue: 100}", BLUE)
        scene.send(registered("7"))
        scene.requests.clear()
        return scene

    return make
