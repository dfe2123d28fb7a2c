"""What a message says, in the one order that every channel keeps."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.alert import Severity
from shared.domain.notices import NoticeReason


class State(StrEnum):
    """How a message looks at first sight."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to type, and what for."""

    what: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert: what it is, since when, whose, what was measured and means, what to do first.

    `facts` are pairs of a name and a value. `report` is the address of its page. `over` says that
    it has ended.
    """

    fingerprint: str
    severity: Severity
    heading: str
    facts: tuple[tuple[str, str], ...]
    text: str
    first_step: str
    over: bool = False
    report: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The whole message: cleaned and shortened, and not yet written for any channel.

    The order is that of the fields: the heading with the state, why it is sent now, a summary where
    there is one, the alerts or in their place the `body` of a template, the notes on what is not
    listed, where to read and to silence it, what to type, who sent it. `several` says that there is
    more than one alert, listed or not; `body_is_html` that the template wrote HTML.
    """

    state: State
    severity: Severity
    reason: NoticeReason
    group: str
    heading: str
    now: str
    summary: str | None
    alerts: tuple[Told, ...]
    several: bool
    body: str | None
    body_is_html: bool
    notes: tuple[str, ...]
    report: str | None
    silence: str | None
    commands: tuple[Command, ...]
    footer: str

    @property
    def alone(self) -> Told | None:
        """The alert where there is just one: its heading is the message's."""
        return self.alerts[0] if self.alerts and not self.several else None

    @property
    def open(self) -> str:
        """What the button says that opens the report."""
        return OPEN_FIRST if self.several else OPEN


SUMMARY = "Summary by a language model; the figures below are what was measured"
FIRST = "First"
OPEN = "Open the report"
OPEN_FIRST = "Open the first report"
SILENCE = "Silence it"
