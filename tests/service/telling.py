"""An application whose channels only note what they are given, and a fleet with a receiver."""

from dataclasses import dataclass, field, replace

from shared.bootstrap import build
from shared.domain.canonical import to_plain
from shared.domain.event import Event, EventType
from shared.domain.policy import ChannelKind
from shared.errors import DriftgateError
from shared.service.messages import work_message
from shared.settings import Settings
from tests.conftest import StoppedClock
from tests.domain.receivers.receiver_world import notice

FLEET = "receivers:\n  - {name: team, channel: teams, secret: TEAM}\n"


@dataclass
class Noted:
    """A channel that takes what it is given, unless it is told to fail."""

    sent: list = field(default_factory=list)
    problem: DriftgateError | None = None

    def deliver(self, sending):
        if self.problem is not None:
            raise self.problem
        self.sent.append(sending)
        return {"ts": str(len(self.sent))}


class Told:
    """The application with its channels, and short ways to feed it."""

    def __init__(self, home, fleet=FLEET):
        self.home, self.clock = home, StoppedClock()
        (home / "policies").mkdir()
        (home / "workspace").mkdir()
        self.fleet(fleet)
        self.channels = {kind: Noted() for kind in ChannelKind}
        settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
        self.application = build(
            settings,
            clock=self.clock,
            around=lambda adapters: replace(adapters, channels=self.channels),
        )

    @property
    def teams(self):
        return self.channels[ChannelKind.TEAMS]

    def fleet(self, text):
        (self.home / "policies" / "fleet.yaml").write_text(text)

    def make(self, group="a", *, drain=True, replay=None, receiver="team", **given):
        made = replace(notice(group, made=self.clock.now, **given), receiver=receiver)
        event = Event(
            id=made.id,
            source="driftgate/alerts",
            type=EventType.NOTICE_MADE,
            subject=f"receiver/{receiver}",
            time=self.clock.now,
            data={"notice": to_plain(made)},
            replay=replay,
        )
        self.application.adapters.sender.send([work_message(event)])
        if drain:
            self.drain()

    def ordered(self, group):
        """The order to deliver a notice, before its channel has seen it."""
        self.make(group, drain=False)
        [message] = self.application.queue.peek("checks")
        self.application.service.handle(message.body)
        [order] = self.application.queue.peek("alerts/teams")
        return order.body

    def drain(self):
        self.application.worker({}).drain()

    def receiver(self, name="team"):
        return self.application.ledger.state(f"receiver/{name}").state["receiver"]

    def found(self, name="team"):
        """What the last decision of the receiver found."""
        [decision] = self.application.ledger.decisions(f"receiver/{name}", limit=1)
        return [finding["reason"] for finding in decision["findings"]]
