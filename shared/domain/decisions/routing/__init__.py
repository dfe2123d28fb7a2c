"""Does the traffic go where the deployments are? Five facts joined; a zero needs a reason.

One file a question: `deployment` (its state), `zero` (why it has no share), `observed` (whether
requests follow the shares), `endpoint` (all of it together), `changes` (who moved traffic).
"""

from shared.domain.decisions.routing.deciding import decide_routing

__all__ = ["decide_routing"]
