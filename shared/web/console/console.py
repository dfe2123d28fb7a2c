"""Every page of the console, joined: one file of routes a kind of page."""

from shared.web.console import assets
from shared.web.console.fleet import fleet

ROUTERS = (
    assets.router,
    fleet.router,
)
