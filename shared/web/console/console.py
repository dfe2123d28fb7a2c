"""Every page of the console, joined: one file of routes a kind of page."""

from shared.web.console import assets
from shared.web.console.endpoints import endpoints
from shared.web.console.fleet import fleet
from shared.web.console.histories import histories
from shared.web.console.models import models

ROUTERS = (
    assets.router,
    fleet.router,
    models.router,
    endpoints.router,
    histories.router,
)
