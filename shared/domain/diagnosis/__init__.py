"""What a deployment's container log says of why it fails.

`kept` makes a log fit to be kept and shown, `diagnose` finds its root cause, `told` puts it into an
alert. `lines`, `tracebacks` and `attempts` take a log apart; `causes` holds the rules.
"""

from shared.domain.diagnosis.diagnosing import diagnose
from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis, Place
from shared.domain.diagnosis.reading import kept
from shared.domain.diagnosis.telling import Told, told

__all__ = ["Basis", "Cause", "Diagnosis", "Place", "Told", "diagnose", "kept", "told"]
