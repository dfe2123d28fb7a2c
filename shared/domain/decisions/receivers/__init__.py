"""How a receiver is told: a notice of a group at a time, at its pace, as far as it can be reached.

Nothing that people were told of is forgotten: what has to wait waits by its head, what is over the
pace is folded into a digest, and each notice ends in a finding that says what became of it.
"""

from shared.domain.decisions.receivers.deciding import decide_receiver

__all__ = ["decide_receiver"]
