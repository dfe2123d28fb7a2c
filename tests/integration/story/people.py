"""What people are told over, on loopback, and a fleet that is told over all of it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import azure.functions as func

from shared.adapters.channels.pagerduty import PagerDuty
from shared.adapters.channels.rendered import rendered
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.slack import Slack
from shared.adapters.channels.teams import Teams
from shared.adapters.channels.webhook import Webhook
from shared.domain.event import Check
from shared.domain.policy import ChannelKind
from shared.ports import Adapters, Channel, Clock
from shared.web.operations import api
from tests.integration.channels.world import OURS, SECRETS, Network
from tests.integration.loopback.server import Answer, Request, Router
from tests.integration.loopback.work_items import Board

WORKFLOW = "/workflows/0123abcd/invoke"
INCOMING = "/services/T0SECRET/B0SECRET/slackslackslackslack"
POST, UPDATE = "/api/chat.postMessage", "/api/chat.update"
ENQUEUE = "/v2/enqueue"
HOOK = "/alerts"
SEND = "/emails:send"
ROOM = "C0123456789"
SETTINGS = {
    **{f"DRIFTGATE_SECRET_{name}": value for name, value in SECRETS.items()},
    "DRIFTGATE_CHANNEL_HOSTS": OURS,
    "DRIFTGATE_MAIL_FROM": "driftgate@mail.example.com",
    "DRIFTGATE_MAIL_DOMAINS": "example.com",
    "DRIFTGATE_PUBLIC_URL": "https://driftgate.example.com",
}
RECEIVERS = {
    "team": "channel: teams, secret: TEAMS",
    "posts": "channel: slack, secret: SLACK",
    "room": f"channel: slack, secret: BOT, room: {ROOM}",
    "pager": "channel: pagerduty, secret: PAGER",
    "hook": f"channel: webhook, address: 'https://{OURS}{HOOK}', secret: HOOK",
    "board": "channel: work-item",
    "mail": "channel: email, to: [on-call@example.com]",
}


def fleet_of(*names: str) -> str:
    """The fleet's file with these receivers; each is told of everything."""
    listed = "".join(f"- {{name: {name}, {RECEIVERS[name]}}}\n" for name in names)
    return f"receivers:\n{listed}routes:\n- {{to: [{', '.join(names)}], group_by: [kind]}}\n"


@dataclass
class People:
    """What every service has, as a person sees it there; `texts` are Slack's, by message."""

    outside: Router
    azure: Router
    board: Board
    texts: dict[str, str] = field(default_factory=dict)
    incidents: dict[str, list[str]] = field(default_factory=dict)

    def told(self) -> dict[str, int]:
        """How often each receiver's service was posted to."""
        asked = {
            "team": (self.outside, WORKFLOW),
            "posts": (self.outside, INCOMING),
            "room": (self.outside, POST),
            "pager": (self.outside, ENQUEUE),
            "hook": (self.outside, HOOK),
            "mail": (self.azure, SEND),
        }
        counts = {name: len(router.requests("POST", at)) for name, (router, at) in asked.items()}
        return {**counts, "board": len(self.board.items)}

    def cards(self) -> list[str]:
        """What was posted to Teams."""
        return [request.body.decode() for request in self.outside.requests("POST", WORKFLOW)]

    def hooks(self) -> list[Request]:
        """What the webhook's service was sent."""
        return self.outside.requests("POST", HOOK)


def serve_people(outside: Router, azure: Router, board: Board) -> People:
    """Every service as it is documented."""
    people = People(outside=outside, azure=azure, board=board)

    def post(request: Request) -> Answer:
        assert request.headers["authorization"] == f"Bearer {SECRETS['BOT']}"
        name = f"{len(people.texts) + 1}.0"
        people.texts[name] = json.dumps(request.json(), ensure_ascii=False)
        return Answer(body={"ok": True, "channel": request.json()["channel"], "ts": name})

    def update(request: Request) -> Answer:
        body = request.json()
        if body["ts"] not in people.texts:
            return Answer(body={"ok": False, "error": "message_not_found"})
        people.texts[body["ts"]] = json.dumps(body, ensure_ascii=False)
        return Answer(body={"ok": True, "channel": body["channel"], "ts": body["ts"]})

    def enqueue(request: Request) -> Answer:
        event = request.json()
        assert event["routing_key"] == SECRETS["PAGER"]
        people.incidents.setdefault(event["dedup_key"], []).append(event["event_action"])
        return Answer(status=202, body={"status": "success", "dedup_key": event["dedup_key"]})

    outside.add("POST", WORKFLOW, lambda _: Answer(status=202))
    outside.add("POST", INCOMING, lambda _: Answer(body=b"ok"))
    outside.add("POST", POST, post)
    outside.add("POST", UPDATE, update)
    outside.add("POST", ENQUEUE, enqueue)
    outside.add("POST", HOOK, lambda _: Answer(status=204))
    azure.add("POST", SEND, lambda _: Answer(status=202, body={"id": "m", "status": "Running"}))
    return people


def by_way_of(network: Network, clock: Clock) -> dict[ChannelKind, Channel]:
    """The channels over the guarded way out, whose network has the services on this machine."""
    out, secrets = network.out(), Secrets(SECRETS)
    return {
        ChannelKind.TEAMS: Teams(out, secrets, rendered),
        ChannelKind.SLACK: Slack(out, secrets, rendered),
        ChannelKind.PAGERDUTY: PagerDuty(out, secrets, rendered),
        ChannelKind.WEBHOOK: Webhook(out, secrets, rendered, clock),
    }


def on_this_machine(adapters: Adapters, channels: Mapping[ChannelKind, Channel]) -> Adapters:
    """Azure's adapters, and outside of Azure the services on this machine."""
    return replace(adapters, channels={**adapters.channels, **channels})


@dataclass
class Told:
    """The story of an endpoint whose new deployment gets no traffic, and who is told of it."""

    story: Any
    people: People
    completed: Any

    @property
    def ledger(self) -> Any:
        return self.story.application.ledger

    def fleet(self, *names: str) -> None:
        """Who is told."""
        self.story.account.keep("policies", "fleet.yaml", fleet_of(*names))

    def incident(self) -> None:
        """A deployment that gets no request for longer than its grace."""
        now = self.story.clock.now
        self.story.workspace.deploy(
            "loan-endpoint",
            {
                "traffic": {"green": 100, "blue": 0},
                "deployments": {
                    "green": {"changed": now - timedelta(days=9)},
                    "blue": {"changed": now},
                },
            },
        )
        self.story.send(json.dumps(self.completed("blue", at=now)).encode())
        self.later(minutes=31)

    def over(self) -> None:
        """Somebody deletes it, and the timer sees that."""
        self.story.workspace.deploy(
            "loan-endpoint", {"traffic": {"green": 100}, "deployments": {"green": {}}}
        )
        self.story.workspace.state.deployments["loan-endpoint"].pop("blue")
        self.story.application.service.fan_out(Check.ROUTING)
        self.later(minutes=0)

    def later(self, **span: float) -> None:
        """Time passes; the timers ask, and what is due is handled."""
        self.story.clock.advance(timedelta(**span))
        self.drain()

    def drain(self) -> None:
        """Every queue and subscription, as the functions are given their messages."""
        self.story.application.worker(
            {"alerts": lambda body: self.story.notices.append(dict(body))}
        ).drain()

    def page(self, path: str) -> str:
        """A page of the console, as its trigger hands the request over."""
        request = func.HttpRequest(
            method="GET", url=f"https://localhost/console/{path}", headers={}, body=b""
        )
        served = func.AsgiMiddleware(api(self.story.application)).handle_async(request)
        answer = asyncio.run(served)
        assert answer.status_code == 200, answer.get_body()
        return str(answer.get_body().decode())

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The operators' API, as its trigger hands a request over; what it answers in JSON."""
        request = func.HttpRequest(
            method=method,
            url=f"https://localhost/api/v1/{path}",
            headers=headers,
            body=b"" if body is None else json.dumps(body).encode(),
        )
        served = func.AsgiMiddleware(api(self.story.application)).handle_async(request)
        answer = asyncio.run(served)
        assert answer.status_code in {200, 202}, answer.get_body()
        return json.loads(answer.get_body())

    def receiver(self, name: str) -> dict[str, Any]:
        """What is remembered of a receiver."""
        return dict(self.ledger.state(f"receiver/{name}").state["receiver"])

    def left(self, path: str) -> list[Any]:
        """What lies in a queue of the broker."""
        broker = self.story.broker
        return list(broker.call(lambda: broker.namespace.source(path).peek(0, 99)))
