"""How many there may be and how long a name: each stands in findings, messages and properties.

The file itself is bounded already; these keep what is made of it within what is sent and kept.
"""

from collections.abc import Iterator

from shared.domain.policy import Policy

LONGEST_NAME = 255
"""Characters of a name in Azure Machine Learning, and of one that a policy gives."""
MOST_KPIS = 200
MOST_BATCH = 100


def length_problems(policy: Policy) -> Iterator[str]:
    """Each fault as a sentence without its full stop."""
    if len(policy.kpis) > MOST_KPIS:
        yield f"kpis are {len(policy.kpis)}; keep to {MOST_KPIS}"
    if len(policy.batch) > MOST_BATCH:
        yield f"batch are {len(policy.batch)}; keep to {MOST_BATCH}"
    named = [
        ("model", policy.model),
        *((f"kpis[{at}].name", kpi.name) for at, kpi in enumerate(policy.kpis)),
        *((f"batch[{at}].endpoint", one.endpoint) for at, one in enumerate(policy.batch)),
    ]
    for key, name in named:
        if len(name) > LONGEST_NAME:
            yield (
                f"{key} has {len(name)} characters; give a name of {LONGEST_NAME} at most, not "
                f"{name[:40]!r} and so on"
            )
