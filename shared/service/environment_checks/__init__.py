"""The checks of a pipeline's environments that are called back: asked now, answered later.

The call is answered at once; what it asked waits in the queue `environment-checks`, with the token
of its job, until the version may pass, may not, or the time is up.
"""

from shared.service.environment_checks.answering import look_at
from shared.service.environment_checks.asking import read_call, take_in
from shared.service.environment_checks.waiting import ENVIRONMENT_CHECKS, WaitingCheck

__all__ = ["ENVIRONMENT_CHECKS", "WaitingCheck", "look_at", "read_call", "take_in"]
