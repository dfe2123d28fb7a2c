"""Did a business figure leave its baseline, since which change, and on which deployment.

One file a question: `settled` (which buckets count), `silence` (did they come), `window` (the
judged window and the watch), `sides` (deployments beside each other), `attribution` (what was
deployed or routed when it began), `moved` (how far, in words), `notice` (what a person is told),
`deciding` (all of it together).
"""

from shared.domain.decisions.kpi.deciding import decide_kpi

__all__ = ["decide_kpi"]
