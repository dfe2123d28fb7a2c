"""A rollout that Azure would not take, or that never ends, is refused with the policy."""

import pytest

from shared.domain.policy import RolloutMode
from shared.errors import InvalidPolicy
from shared.policies import read_policy

STAGE = "model: loan\nstages: [{{name: prod, endpoint: ep, rollout: {}}}]\n"


@pytest.mark.parametrize(
    ("rollout", "sentence"),
    [
        (
            "{steps: [0.2, 100]}",
            "stages.prod.rollout.steps are 0.2, 100; give per cents from 1 to 100.",
        ),
        ("{steps: [10, 120]}", "give per cents from 1 to 100."),
        ("{steps: [50, 10, 100]}", "steps are 50, 10, 100; give whole per cents that rise"),
        ("{steps: [10.1, 10.4, 100]}", "give whole per cents that rise, such as 10, 50, 100."),
        ("{steps: [10, 50]}", "steps are 10, 50; end them with 100."),
        ("{steps: []}", "steps are none; end them with 100."),
        ("{mirror: 80}", "mirror is 80; Azure mirrors 0 to 50 per cent."),
        ("{mirror: -1}", "mirror is -1; Azure mirrors 0 to 50 per cent."),
        ("{bake: 10s}", "bake is below a minute; give 30m, 1h or the like."),
        ("{patience: 10s}", "patience is below a minute"),
    ],
)
def test_a_rollout_that_cannot_be_is_refused_in_a_sentence(rollout, sentence):
    with pytest.raises(InvalidPolicy) as told:
        read_policy(STAGE.format(rollout).encode(), "loan.yaml")

    assert sentence in str(told.value)


def test_a_rollout_needs_an_endpoint_when_it_does_anything():
    with pytest.raises(InvalidPolicy, match="has no endpoint; set its `endpoint`"):
        read_policy(b"model: loan\nstages: [{name: prod, rollout: plan}]\n", "loan.yaml")

    ours = b"model: loan\nendpoint: ep\nstages: [{name: prod, rollout: act}, {name: dev}]\n"
    assert read_policy(ours, "loan.yaml").stages[0].rollout.mode is RolloutMode.ACT


def test_a_whole_rollout_is_read():
    whole = "{mode: act, steps: [5, 25, 100], mirror: 20, mirror_for: 30m, shown_for: 1h}"
    [stage] = read_policy(STAGE.format(whole).encode(), "loan.yaml").stages

    assert stage.rollout.steps == [5.0, 25.0, 100.0]
