"""A custom topic of Event Grid that takes CloudEvents."""

from typing import Any

from tests.integration.loopback.server import Answer, Request, Router, refusal

VERSION = "2018-01-01"


def serve_topic(router: Router) -> list[dict[str, Any]]:
    """`/api/events`; returns the list that published events are added to."""
    published: list[dict[str, Any]] = []

    def publish(request: Request) -> Answer:
        if request.query.get("api-version") != VERSION:
            return refusal(400, "BadRequest", f"Unknown api-version {request.query}.")
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return refusal(401, "Unauthorized", "The request has no bearer token.")
        kind = request.headers.get("content-type", "")
        if not kind.startswith("application/cloudevents-batch+json"):
            return refusal(400, "BadRequest", f"The topic's schema is CloudEvents, not {kind}.")
        if len(request.body) > 1024 * 1024:
            return refusal(413, "RequestEntityTooLarge", "One megabyte a call is the limit.")
        published.extend(request.json())
        return Answer()

    router.add("POST", "/api/events", publish)
    return published
