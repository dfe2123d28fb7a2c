"""What a deployment's log says of its errors, for the text of its alert and its first step."""

from typing import TYPE_CHECKING

from shared.domain.decisions.health.look import Look

if TYPE_CHECKING:
    from shared.domain.diagnosis import Told


def log_told(look: Look, otherwise: str) -> "Told":
    """The diagnosis of its log; `otherwise` is the first step where that finds no cause.

    The rules are loaded for failures only: they cost a cold start.
    """
    from shared.domain.diagnosis import told

    return told(look.log, look.log_problem, look=otherwise)
