"""What a deployment's log says of its errors, for the text of its alert."""

from shared.domain.decisions.health.look import Look


def log_told(look: Look) -> str:
    """One line on the console's last lines, which the evidence holds; never the lines themselves.

    They may hold secrets and callers' data, so nothing of them leaves for a channel unread.
    """
    if look.log:
        lines = len(look.log.splitlines())
        return f"The last {lines} lines of its log are kept with this decision's evidence."
    if look.log_problem is not None:
        return f"Its log could not be read: {look.log_problem}"
    return ""
