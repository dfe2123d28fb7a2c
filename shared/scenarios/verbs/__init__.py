"""What can happen in a scenario: one file a family. To add a verb, add a function to one."""

from shared.scenarios.verbs import (
    deployments,
    disturbances,
    figures,
    jobs,
    models,
    outside,
    people,
    profiling,
    promotion,
    receivers,
    retraining,
    rows,
    silences,
    traffic,
)
from shared.scenarios.verbs.verb import Verb

VERBS: tuple[Verb, ...] = tuple(
    verb
    for family in (
        deployments,
        traffic,
        models,
        promotion,
        retraining,
        rows,
        figures,
        jobs,
        profiling,
        people,
        receivers,
        silences,
        outside,
        disturbances,
    )
    for verb in family.verbs.verbs
)

__all__ = ["VERBS", "Verb"]
