"""Every topic in turn."""

from datetime import datetime

from shared.ports import Adapters
from shared.service.smoke.access import access
from shared.service.smoke.endpoints import endpoints
from shared.service.smoke.events import events
from shared.service.smoke.models import models
from shared.service.smoke.observation import Observation


def look(adapters: Adapters, since: datetime, now: datetime) -> list[Observation]:
    """Look at what came in and what is there in [since, now); reads only, through the ports."""
    return [
        *access(adapters),
        *events(adapters.archive, adapters.workspace, since, now),
        *endpoints(adapters, since, now),
        *models(adapters, since, now),
    ]
