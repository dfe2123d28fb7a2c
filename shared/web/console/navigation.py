"""The places of the console, in the order of the navigation."""

from enum import StrEnum


class Place(StrEnum):
    """A place by the word that the navigation has for it."""

    FLEET = "Fleet"
    MODELS = "Models"
    ENDPOINTS = "Endpoints"
    ALERTS = "Alerts"
    PROMOTIONS = "Promotions"
    EVENTS = "Events"
    WHAT_IF = "What if"
    SAYINGS = "In force"
    SERVICE = "Service"

    @property
    def path(self) -> str:
        """Where it is."""
        return _PATHS[self]


_PATHS = {
    Place.FLEET: "/console",
    Place.MODELS: "/console/models",
    Place.ENDPOINTS: "/console/endpoints",
    Place.ALERTS: "/console/alerts",
    Place.PROMOTIONS: "/console/promotions",
    Place.EVENTS: "/console/events",
    Place.WHAT_IF: "/console/whatif",
    Place.SAYINGS: "/console/said",
    Place.SERVICE: "/console/service",
}
