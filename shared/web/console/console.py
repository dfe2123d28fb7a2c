"""Every page of the console, joined: one file of routes a kind of page."""

from shared.web.console import assets
from shared.web.console.alerts import alert, explanation
from shared.web.console.alerts import listing as alerts
from shared.web.console.endpoints import endpoints
from shared.web.console.events import events
from shared.web.console.fleet import fleet
from shared.web.console.histories import histories
from shared.web.console.models import models
from shared.web.console.promotions import approving, promotion, retraining
from shared.web.console.promotions import listing as promotions
from shared.web.console.sayings import everything, intents, overrides, silences
from shared.web.console.service import service
from shared.web.console.whatif import whatif

ROUTERS = (
    assets.router,
    fleet.router,
    alerts.router,
    alert.router,
    explanation.router,
    promotions.router,
    promotion.router,
    approving.router,
    retraining.router,
    everything.router,
    silences.router,
    intents.router,
    overrides.router,
    models.router,
    endpoints.router,
    histories.router,
    events.router,
    whatif.router,
    service.router,
)
