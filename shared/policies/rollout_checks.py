"""What types cannot say of a rollout: per cents that rise, and shares that Azure takes."""

from datetime import timedelta

from shared.domain.policy import Policy, RolloutMode, StagePolicy

_MOST_MIRRORED = 50.0


def rollout_problems(policy: Policy) -> list[str]:
    """One clause for each thing that is wrong with the rollout of a stage."""
    return [problem for stage in policy.stages for problem in _problems(stage, policy)]


def _problems(stage: StagePolicy, policy: Policy) -> list[str]:
    rollout, where = stage.rollout, f"stages.{stage.name}.rollout"
    steps, problems = rollout.steps, []
    if rollout.mode is not RolloutMode.OFF and (stage.endpoint or policy.endpoint) is None:
        problems.append(f"{where} moves traffic and the stage has no endpoint; set its `endpoint`")
    shown = ", ".join(f"{step:g}" for step in steps)
    if not all(1.0 <= step <= 100.0 for step in steps):
        problems.append(f"{where}.steps are {shown}; give per cents from 1 to 100")
    elif [round(step) for step in steps] != sorted({round(step) for step in steps}):
        problems.append(
            f"{where}.steps are {shown}; give whole per cents that rise, such as 10, 50, 100"
        )
    elif not steps or steps[-1] < 100.0:
        problems.append(f"{where}.steps are {shown or 'none'}; end them with 100")
    if not 0.0 <= rollout.mirror <= _MOST_MIRRORED:
        problems.append(f"{where}.mirror is {rollout.mirror:g}; Azure mirrors 0 to 50 per cent")
    problems += [
        f"{where}.{key} is below a minute; give 30m, 1h or the like"
        for key, value in (("bake", rollout.bake), ("patience", rollout.patience))
        if value < timedelta(minutes=1)
    ]
    return problems
