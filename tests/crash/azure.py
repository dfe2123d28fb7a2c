"""State on Azurite and the broker of the tests, through the SDKs as they are shipped.

What is watched and asked to act stays on files. A first life begins with an account of its own,
into which the states, the waiting messages and the profiles of the world are put.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import TableServiceClient
from azure.servicebus import ServiceBusReceiver as SdkReceiver
from azure.servicebus import ServiceBusSender as SdkSender

from shared.adapters.azure.blob_archive import BlobArchive
from shared.adapters.azure.blob_container import blob_service
from shared.adapters.azure.blob_stores import BlobEvidence, BlobProfiles, BlobReports
from shared.adapters.azure.service_bus import ServiceBusSender, connect_to_local_broker
from shared.adapters.azure.service_bus_receiver import ServiceBusReceiver
from shared.adapters.azure.table_ledger import AUDIENCE, TABLE, TableLedger
from shared.adapters.azure.table_rows import STATE, SUBJECTS, partition_of, texts
from shared.adapters.message_rows import message_from_json
from shared.domain.canonical import canonical_json, format_time, parse_time
from shared.ports import Adapters, Delivery, Message
from tests.crash.cloud import Reached, Trusted
from tests.crash.fuse import Fuse
from tests.crash.worlds import World
from tests.integration.service_bus.sdk_sleeps import shorter_time, sleeping_modules

_CALLS = (
    (RequestsTransport, "send"),
    (SdkSender, "send_messages"),
    (SdkReceiver, "complete_message"),
    (SdkReceiver, "abandon_message"),
    (SdkReceiver, "dead_letter_message"),
)


class Impatient(ServiceBusReceiver):
    """The real one, but a queue that holds nothing to take is not waited at: it is asked for."""

    def __init__(self, bus: Any, is_free: Callable[[str], bool]) -> None:
        super().__init__(bus, wait=timedelta(seconds=2), linger=timedelta(seconds=0.02))
        self._is_free = is_free

    def receive(self, queue: str) -> Delivery | None:
        """Wait only where there is something."""
        return super().receive(queue) if self._is_free(queue) else None


class Shifted:
    """A sender whose messages are due in the broker's time."""

    def __init__(self, sender: ServiceBusSender, shift: timedelta) -> None:
        self._sender, self._shift = sender, shift

    def send(self, messages: Sequence[Message]) -> None:
        """Send them on."""
        self._sender.send(
            [
                one
                if one.scheduled is None
                else replace(one, scheduled=one.scheduled + self._shift)
                for one in messages
            ]
        )


@dataclass
class There:
    """One account and the broker, reached from one process.

    The SDK looks at the time of this machine when it settles, so that the broker's is `shift` from
    the simulated one, and always an hour ahead.
    """

    cloud: Reached
    account: dict[str, Any]
    now: datetime
    knows_earlier = False

    def __post_init__(self) -> None:
        for module in sleeping_modules():
            vars(module)["time"] = shorter_time()
        self._bus = connect_to_local_broker(self.cloud.service_bus)
        self._blobs = blob_service(self.account["blobs"], Trusted(), retry_total=0)
        self._shift = timedelta(seconds=self.account["shift"])
        self._sender = ServiceBusSender(self._bus)
        self.sender = Shifted(self._sender, self._shift)
        self.profiles = BlobProfiles(self._blobs)

    def moved(self, now: datetime) -> None:
        """The broker's clock is moved with the process's."""
        self.now = now
        self.cloud.ask("move", now=format_time(now + self._shift))

    def around(self, adapters: Adapters) -> Adapters:
        """Archive, ledger, evidence, profiles and queues are there."""
        receiver = Impatient(self._bus, self._is_free)
        ledger = TableLedger(
            self.account["tables"], Trusted(), clock=lambda: self.now, retry_total=0
        )
        closes = (self._blobs.close, ledger.close, self._bus.close, self._sender.close)
        return replace(
            adapters,
            archive=BlobArchive(self._blobs),
            ledger=ledger,
            evidence=BlobEvidence(self._blobs),
            profiles=self.profiles,
            reports=BlobReports(self._blobs),
            sender=self.sender,
            receiver=receiver,
            queue=None,
            connections=(*closes, receiver.close),
        )

    def next_due(self) -> datetime | None:
        """Of what may be taken and what waits; what a dead process holds waits for its lock."""
        return min(
            (
                parse_time(one["due"]) - self._shift
                for name, held in self._kept().items()
                if name != "undelivered"
                for one in held
                if one["free"] or one["waits"]
            ),
            default=None,
        )

    def waiting(self) -> set[str]:
        """Those of every queue."""
        return {one["id"] for held in self._kept().values() for one in held}

    def letters(self) -> Sequence[str]:
        """Those of every queue."""
        return [
            f"{name} put {one['id'][:12]} aside: {one}"
            for name, held in self.cloud.ask("kept").items()
            if name.endswith("!")
            for one in held
        ]

    def undelivered(self) -> set[str]:
        """As the messages say."""
        kept = [one["properties"] for one in self._kept()["undelivered"]]
        return {f"{said['receiver']}: {said['reason']}" for said in kept}

    def chains_before(self, world: World) -> Mapping[str, tuple[int, str]]:
        """The account begins with states alone."""
        return {
            subject: (version, json.loads(state)["last_hash"])
            for subject, version, state in _states(world)
        }

    def _is_free(self, queue: str) -> bool:
        return any(one["free"] for one in self._kept().get(queue, ()))

    def _kept(self) -> dict[str, list[dict[str, Any]]]:
        kept = self.cloud.ask("kept").items()
        return {name: held for name, held in kept if not name.endswith("!")}


@dataclass
class OnAzure:
    """Makes the state of the world in an empty account, through the SDKs."""

    cloud: Reached
    known_by_files: bool = False
    timers: bool = False

    def first(self, world: World, fuse: Fuse) -> There:
        """An account of its own; from then on the fuse sees every request."""
        os.environ["REQUESTS_CA_BUNDLE"] = self.cloud.authority
        now = datetime.now(UTC) + timedelta(hours=1)
        account = {
            **self.cloud.ask("begin", now=format_time(now)),
            "shift": (now - world.moment).total_seconds(),
        }
        place = There(self.cloud, account, world.moment)
        self._path().write_text(json.dumps(place.account))
        _put_states(world, place)
        _put_messages(world, place)
        for path in (world.kept / "profiles").rglob("*.json"):
            name = str(path.relative_to(world.kept / "profiles").with_suffix(""))
            place.profiles.save(name, json.loads(path.read_bytes()))
        _see(fuse)
        return place

    def again(self, world: World) -> There:
        """The account of the first life."""
        os.environ["REQUESTS_CA_BUNDLE"] = self.cloud.authority
        return There(self.cloud, json.loads(self._path().read_text()), world.moment)

    def _path(self) -> Path:
        return Path(self.cloud.control).with_name("account")


def _put_states(world: World, place: There) -> None:
    states = _states(world)
    with TableServiceClient(
        place.account["tables"], credential=Trusted(), audience=AUDIENCE
    ) as service:
        table = service.get_table_client(TABLE)
        for subject, version, state in states:
            partition = partition_of(subject)
            checks = json.loads(state).get("checks") or {}
            table.create_entity(
                {
                    "PartitionKey": partition,
                    "RowKey": STATE,
                    "subject": subject,
                    "version": version,
                    **texts(state, subject),
                }
            )
            table.create_entity(
                {
                    "PartitionKey": SUBJECTS,
                    "RowKey": partition,
                    "subject": subject,
                    "checks": canonical_json(checks).decode(),
                }
            )


def _states(world: World) -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(world.kept / "driftgate.db")) as kept:
        return kept.execute("SELECT subject, version, state FROM state").fetchall()


def _put_messages(world: World, place: There) -> None:
    with closing(sqlite3.connect(world.kept / "queues.db")) as kept:
        rows = kept.execute("SELECT message FROM message ORDER BY number").fetchall()
    messages = [message_from_json(text) for (text,) in rows]
    place.sender.send([one for one in messages if "/" not in one.queue])


def _see(fuse: Fuse) -> None:
    """The fuse sees each request of the SDKs before and after it."""
    for kind, method in _CALLS:
        asked = getattr(kind, method)

        def call(self: Any, *args: Any, _asked: Any = asked, **kwargs: Any) -> Any:
            where = f"{type(self).__name__}.{_asked.__name__} {_where(args)}"
            fuse.pass_by(f"before {where}")
            answer = _asked(self, *args, **kwargs)
            fuse.pass_by(f"after {where}")
            return answer

        setattr(kind, method, call)


def _where(args: Sequence[Any]) -> str:
    request = args[0] if args else None
    url = str(getattr(request, "url", "")).partition("?")[0].rpartition("/")[2]
    return f"{getattr(request, 'method', '')} {url}"
