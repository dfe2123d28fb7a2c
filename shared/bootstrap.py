"""The one composition root: settings to adapters to service."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.event import Event
    from shared.domain.replay import Selection
    from shared.ports import (
        Adapters,
        Archive,
        Broker,
        Clock,
        Evidence,
        Ledger,
        Message,
        Policies,
        Profiles,
        Workspace,
    )
    from shared.service.dead_letters.poison import Received
    from shared.service.hooks import Hooks
    from shared.service.replaying.dry_run import DryRun
    from shared.service.replaying.rereading import Reread
    from shared.service.retention import Run
    from shared.service.service import Service
    from shared.service.worker import Handler, Together, Worker
    from shared.settings import Settings

# The matrices of statistics are small: more threads for one only wait for each other. It counts
# where it is set before numpy is imported, which is at the first look that needs it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The service with everything it was built of, for triggers, commands and tests."""

    settings: "Settings"
    clock: "Clock"
    service: "Service"
    adapters: "Adapters"
    hooks: "Hooks"

    @property
    def story_ended(self) -> datetime | None:
        """Where the time is a demo's: when its story ended and its clock went on; else None."""
        from shared.home_clock import HomeClock

        return self.clock.began if isinstance(self.clock, HomeClock) else None

    @property
    def archive(self) -> "Archive":
        """Every inbound payload."""
        return self.adapters.archive

    @property
    def ledger(self) -> "Ledger":
        """States, decisions, outbox."""
        return self.adapters.ledger

    @property
    def evidence(self) -> "Evidence":
        """What decisions were made from, by content hash."""
        return self.adapters.evidence

    @property
    def profiles(self) -> "Profiles":
        """Baselines and windows."""
        return self.adapters.profiles

    @property
    def policies(self) -> "Policies":
        """What model owners ask for."""
        return self.adapters.policies

    @property
    def workspace(self) -> "Workspace":
        """The machine learning workspace."""
        return self.adapters.workspace

    @property
    def queue(self) -> "Broker":
        """The embedded broker. Raises Refused where Service Bus is the broker."""
        if self.adapters.queue is None:
            from shared.errors import Refused

            raise Refused("Only the embedded broker can be looked into; use the portal or peek.")
        return self.adapters.queue

    def worker(self, handlers: "dict[str, Handler] | None" = None) -> "Worker":
        """A consumer of every queue; `handlers` replace those that only mark messages as read."""
        from shared.service.worker import Worker

        consumed, together = self._consumed(handlers or {})
        return Worker(self.adapters.receiver, consumed, together, later=self.put_off)

    def workers(self, handlers: "dict[str, Handler] | None" = None) -> "dict[str, Worker]":
        """The same, one a queue: what one waits for holds up no other."""
        from shared.service.worker import Worker

        consumed, together = self._consumed(handlers or {})
        receiver = self.adapters.receiver
        return {
            **{
                queue: Worker(receiver, {}, {queue: handle_all}, later=self.put_off)
                for queue, handle_all in together.items()
            },
            **{
                queue: Worker(receiver, {queue: handler}, later=self.put_off)
                for queue, handler in consumed.items()
            },
        }

    def _consumed(
        self, given: "dict[str, Handler]"
    ) -> "tuple[dict[str, Handler], dict[str, Together]]":
        """What handles the messages of each queue: one by one, or several together."""
        from shared.service import messages
        from shared.service.environment_checks import ENVIRONMENT_CHECKS

        consumed: dict[str, Handler] = {
            messages.ALERTS: _read,
            **dict.fromkeys(messages.SUBSCRIPTIONS.values(), self.deliver),
            messages.RETRAINING_REQUESTS: self.retrain,
            messages.PROFILING_REQUESTS: self.profile,
            messages.PROMOTION_REQUESTS: self.promote,
            messages.REPLAYS: self.replay,
            ENVIRONMENT_CHECKS: self.check_environment,
        }
        logged = self.logged(given.get(messages.ALERTS, _read))
        together: dict[str, Together] = (
            {} if messages.CHECKS in given else {messages.CHECKS: self.service.handle_all}
        )
        return {**consumed, **given, messages.ALERTS: logged}, together

    def fire(self, timer: str) -> None:
        """What a timer does, by the name of its schedule. Raises Unavailable."""
        from shared.domain.event import Check

        own = {"SWEEP": self.sweep, "HEARTBEAT": self.heartbeat, "RETENTION": self.retention}
        if timer in own:
            own[timer]()
        else:
            self.service.fan_out(Check[timer])

    def retention(self) -> "Run":
        """Keep where the chains end, then remove what is older than is kept.

        Raises InvalidPolicy for a fleet's file that is wrong: then nothing is removed.
        """
        from shared.service.retention import Retention
        from shared.service.verifying.anchoring import anchor

        anchor(self.adapters.ledger, self.adapters.anchors, self.clock())
        return Retention(service=self.service, adapters=self.adapters, clock=self.clock).apply()

    def sweep(self) -> int:
        """Send what the outbox holds, and queue what came in and never was; how many went.

        Raises Unavailable.
        """
        from shared.service.unqueued import queue_unqueued

        return self.service.sweep() + queue_unqueued(self.adapters, self.clock())

    def heartbeat(self) -> int:
        """Ask for the look at Driftgate itself, and end the replays whose step cannot be taken.

        Returns how many looks were asked for. Raises Unavailable.
        """
        from shared.service.replaying.dead_steps import fail_dead_steps

        asked = self.service.heartbeat()
        fail_dead_steps(self.adapters, self._saying("replay", {}), self.clock())
        return asked

    def deliver(self, body: "Mapping[str, Any]") -> None:
        """Send a notice over its channel, and say what became of it. Raises MalformedPayload."""
        from shared.service.delivering import deliver

        deliver(
            self._whole(body),
            adapters=self.adapters,
            settings=self.settings,
            say=self._saying("delivery", body),
            now=self.clock(),
        )

    def _saying(self, via: str, body: "Mapping[str, Any]") -> "Callable[[Event], None]":
        """Says what became of a message; of one that a replay brought, with the replay's mark."""
        from shared.service.replayed import carried_on

        def say(event: "Event") -> None:
            self.service.say(carried_on(event, body), via=via)

        return say

    def logged(self, show: "Handler") -> "Handler":
        """The log's consumer: alerts are shown, notices of receivers that are a log delivered."""
        from shared.service.delivering import is_delivery

        def handle(sent: "Mapping[str, Any]") -> None:
            body = self._whole(sent)
            (self.deliver if is_delivery(body) else show)(body)

        return handle

    def _whole(self, body: "Mapping[str, Any]") -> "Mapping[str, Any]":
        """A message's body, also where its data is kept elsewhere. Raises MalformedPayload."""
        from shared.service.messages import whole

        return whole(body, self.adapters.evidence)

    def promote(self, body: "Mapping[str, Any]") -> None:
        """Carry out one request of a promotion. Raises Refused and Unavailable.

        On the samples that come with Driftgate nothing is: they stay as they are.
        """
        from shared.service.promoting import carry_out

        if self.settings.on_samples:
            return
        say = self._saying("promotion", body)
        carry_out(self._whole(body), adapters=self.adapters, say=say, now=self.clock())

    def retrain(self, body: "Mapping[str, Any]") -> None:
        """Start one retraining that was asked for. Raises Refused and Unavailable.

        On the samples that come with Driftgate nothing is: they stay as they are.
        """
        from shared.service.retraining import carry_out

        if self.settings.on_samples:
            return
        say = self._saying("retraining", body)
        carry_out(self._whole(body), adapters=self.adapters, say=say, now=self.clock())

    def profile(self, body: "Mapping[str, Any]") -> None:
        """Take one step of a profile that is counted elsewhere. Raises Refused and Unavailable."""
        from shared.service.profiling import carry_out

        say, samples = self._saying("profiling", body), self.settings.on_samples
        carry_out(body, adapters=self.adapters, say=say, now=self.clock(), samples=samples)

    def ask_environment(self, headers: "Mapping[str, str]", query: "Mapping[str, str]") -> None:
        """Let the check of an environment wait for its answer. Raises Refused and Unavailable."""
        from shared.service.environment_checks import take_in

        take_in(headers, query, adapters=self.adapters, now=self.clock())

    def check_environment(self, body: "Mapping[str, Any]") -> None:
        """Look once at a check that waits. Raises Refused and Unavailable."""
        from shared.service.environment_checks import look_at

        look_at(body, service=self.service, adapters=self.adapters, clock=self.clock)

    def take(self, received: "Received", handle: "Callable[[Mapping[str, Any]], object]") -> None:
        """Handle what a trigger got; what never can be is put aside. Raises to have it again."""
        from shared.service.dead_letters.poison import take

        take(
            received,
            handle,
            notes=self.adapters.notes,
            telemetry=self.adapters.telemetry,
            later=self.put_off,
            now=self.clock(),
        )

    def put_off(self, message: "Message", problem: Exception, tries: int) -> bool:
        """Send an event's message for later where its world does not answer; whether it was."""
        from shared.service.again import put_off

        return put_off(message, problem, tries, sender=self.adapters.sender, now=self.clock())

    def dry_run(
        self, selection: "Selection", *, now: bool = False, most: int | None = None
    ) -> "DryRun":
        """What would be decided of old events, from ports whose writes reach nothing.

        From recorded evidence; or `now`, upon the world, the policies and the states as they are.
        More archived events than `most` are not looked at but refused.
        """
        from shared.service.replaying.dry_run import DryRun
        from shared.service.replaying.reading import Reading

        reading = Reading.of(self.adapters)
        if not now:
            return DryRun(reading, selection, self.reread, most)
        from shared.service.replaying.present import PresentRun
        from shared.service.replaying.scratch import scratch_service

        service = scratch_service(self.adapters, self.settings, self.clock)
        return PresentRun(reading, selection, self.reread, service)

    def replay(self, body: "Mapping[str, Any]") -> None:
        """Take one step of a replay. Raises MalformedPayload and Unavailable."""
        from shared.service.replaying.stepping import Stepping

        Stepping(
            archive=self.archive,
            ledger=self.ledger,
            sender=self.adapters.sender,
            reread=self.reread,
            say=lambda event: self.service.say(event, via="replay"),
            clock=self.clock,
        ).step(self._whole(body))

    @property
    def reread(self) -> "Reread":
        """What was refused, read once more as the intake reads."""
        from shared.service.replaying.rereading import Reread

        azure = self.settings.azure
        workspace = None if azure is None else azure.workspace_id
        return Reread(names=self.settings.keeps_names, workspace=workspace)


def _read(body: object) -> None:
    """A message nobody was asked to show is taken as read."""


def build(
    settings: "Settings | None" = None,
    *,
    clock: "Clock | None" = None,
    around: "Callable[[Adapters], Adapters] | None" = None,
) -> Application:
    """Wire an application; without settings they come from the environment.

    `around` puts something around the adapters, such as what counts or hinders their calls.
    What it is wired of is imported here, not with the module: a trigger's cold start pays for it
    with its first event.
    Raises InvalidSetting when a setting cannot be used.
    """
    from shared.hook_settings import HookSettings
    from shared.service.hooks import Hooks
    from shared.service.service import Service
    from shared.service.world import World
    from shared.settings import Settings

    settings = settings or Settings.from_environment(os.environ)
    clock = clock or _clock_of(settings)
    adapters = _connect(settings, clock)
    if around is not None:
        adapters = around(adapters)
    service = Service(
        archive=adapters.archive,
        evidence=adapters.evidence,
        sender=adapters.sender,
        world=World.of(adapters, settings),
        clock=clock,
        announces=adapters.announces,
        telemetry=adapters.telemetry,
        aside=adapters,
        broker=adapters.queue,
    )
    return Application(
        settings=settings,
        clock=clock,
        service=service,
        adapters=adapters,
        hooks=Hooks(settings.hooks or HookSettings(), service, adapters.telemetry, clock),
    )


def _connect(settings: "Settings", clock: "Clock") -> "Adapters":
    if settings.azure is None:
        from shared.adapters.embedded.connect import connect as embedded

        return embedded(settings, clock)
    from shared.adapters.azure.connect import connect as azure

    return azure(settings, settings.azure, clock)


def _clock_of(settings: "Settings") -> "Clock":
    """The wall's, but in a home that has a clock of its own."""
    from shared.home_clock import HomeClock

    own = HomeClock.of(settings.home, _now) if settings.azure is None else None
    return own or _now


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def application() -> Application:
    """The process's one application, built when a trigger first needs it."""
    return build()
