"""Azure DevOps' work items of one project: items, queries by tag, and the states of a type."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.integration.loopback.devops import PROJECT, fault, guarded
from tests.integration.loopback.server import Answer, Request, Router

API = f"{PROJECT}/_apis/wit"
ITEM = f"{API}/workitems/{{number}}"
MADE = f"{API}/workitems/${{type}}"
QUERY = f"{API}/wiql"
STATES = (
    ("To Do", "Proposed"),
    ("Doing", "InProgress"),
    ("Done", "Completed"),
    ("Removed", "Removed"),
)


@dataclass
class Board:
    """`items` by number, with their fields; `comments` as (number, text) in their order."""

    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: list[tuple[int, str]] = field(default_factory=list)
    now: str = "2026-02-03T12:00:00Z"


def serve_work_items(router: Router) -> Board:
    """The routes of api-version 7.1 that a channel needs."""
    board = Board()

    def shown(number: int) -> Answer:
        page = f"https://dev.azure.com/contoso/scoring/_workitems/edit/{number}"
        fields = dict(board.items[number])
        return Answer(body={"id": number, "fields": fields, "_links": {"html": {"href": page}}})

    def changed(number: int, request: Request) -> Answer:
        assert request.headers["content-type"] == "application/json-patch+json"
        for change in request.json():
            assert change["op"] == "add"
            name = change["path"].removeprefix("/fields/")
            if name == "System.History":
                board.comments.append((number, change["value"]))
                continue
            if name == "System.State":
                board.items[number]["Microsoft.VSTS.Common.StateChangeDate"] = board.now
            board.items[number][name] = change["value"]
        return shown(number)

    def make(request: Request) -> Answer:
        number = len(board.items) + 1
        board.items[number] = {
            "System.WorkItemType": request.parts["type"],
            "System.State": "To Do",
        }
        return changed(number, request)

    def query(request: Request) -> Answer:
        asked = request.json()["query"]
        [tag] = re.findall(r"\[System\.Tags\] CONTAINS '([^']+)'", asked)
        found = [
            number
            for number, fields in sorted(board.items.items(), reverse=True)
            if tag in fields["System.Tags"].split("; ")
        ]
        most = int(request.query["$top"])
        return Answer(body={"workItems": [{"id": number} for number in found[:most]]})

    def item(request: Request) -> Answer:
        number = int(request.parts["number"])
        return shown(number) if number in board.items else fault(404, "TF401232: no such item.")

    def change(request: Request) -> Answer:
        return changed(int(request.parts["number"]), request)

    def states(_: Request) -> Answer:
        value = [{"name": name, "color": "b2b2b2", "category": group} for name, group in STATES]
        return Answer(body={"count": len(value), "value": value})

    for method, template, handler in [
        ("POST", MADE, make),
        ("POST", QUERY, query),
        ("GET", ITEM, item),
        ("PATCH", ITEM, change),
        ("GET", f"{API}/workitemtypes/{{type}}/states", states),
    ]:
        router.add(method, template, guarded(handler, "7.1"))
    return board
