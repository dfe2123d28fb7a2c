"""The training data of a version as a profile: what its inputs are compared with later."""

from shared.domain.policy import Policy
from shared.domain.world import ModelVersion
from shared.errors import InvalidData, NotFound
from shared.service.world import World


def keep_baseline(
    candidate: ModelVersion, policy: Policy, world: World
) -> tuple[str | None, str | None]:
    """Profile the training data once a version, and keep the profile under the version's name.

    Returns its hash, or the sentence that says why there is none; both where it cannot be watched
    by evidence that adds up.
    """
    named = f"{candidate.name}:{candidate.version}"
    data = candidate.training_data or policy.training_data
    if data is None:
        return None, (
            f"Nothing names the training data of {named}; set `training_data` in the policy."
        )
    from shared.profiles import baseline
    from shared.profiles.calibrating import calibration

    try:
        files = world.workspace.data(data)
        profile = baseline(
            list(files.paths),
            columns=policy.drift.columns or None,
            exclude=tuple(policy.drift.exclude),
        )
    except (NotFound, InvalidData) as problem:
        return None, f"The training data of {named} cannot be profiled: {problem}"
    world.profiles.save(f"model/{candidate.name}/{candidate.version}", profile.to_json())
    try:
        learnt = calibration(
            list(files.paths), profile, every=policy.drift.every, time_column=files.time_column
        )
    except InvalidData as problem:
        return profile.hash, f"Its windows are judged by their limits alone: {problem}"
    world.profiles.save(f"calibration/{candidate.name}/{candidate.version}", learnt.to_json())
    return profile.hash, None
