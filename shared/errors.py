"""Every error Driftgate raises on purpose.

::

    DriftgateError
    ├── Refused            the caller's fault: repeating it cannot help
    │   ├── MalformedPayload   not JSON, too large, or not an envelope we know
    │   ├── UnknownEventType   an envelope we know, an event we do not handle
    │   ├── InvalidPolicy      a policy file with a wrong or unknown key
    │   ├── InvalidScenario    a scenario file with a line that cannot be understood
    │   ├── InvalidData        a data file whose columns or types do not fit
    │   ├── NotFound           a thing named by the caller does not exist
    │   ├── ChangedMeanwhile   what was to be changed is not as it was expected to be
    │   ├── AlteredEvidence    what was kept under a hash is no longer what it was
    │   ├── NoPermission       our identity lacks a role: granting it helps, repeating does not
    │   └── NotAllowed         an address that Driftgate may not call
    └── Unavailable        the world's fault: repeating it may help
        ├── Throttled          the world asks to wait, and may say how long
        ├── TimedOut           no answer in the time there was
        ├── Untrusted          whoever answers cannot show who it is
        └── Conflict           somebody else changed the subject meanwhile
"""

from collections.abc import Mapping


class DriftgateError(Exception):
    """The root of all of them; `retryable` says whether trying again can help.

    `reason` is a word for machines: `refused`, `gone`, `not_allowed`, `unavailable`, `throttled`,
    `timeout` or `certificate`.
    """

    retryable = False
    reason = "refused"


class Refused(DriftgateError):
    """The caller's fault, told in one sentence that names the field and the fix."""


class MalformedPayload(Refused):
    """The bytes are not JSON, are too many, or are in no envelope we know."""


class UnknownEventType(Refused):
    """The envelope is well formed, but nothing here reacts to this type of event."""


class InvalidPolicy(Refused):
    """A policy file holds a wrong value or an unknown key."""


class InvalidScenario(Refused):
    """A scenario file holds a line that cannot be understood or cannot happen."""


class InvalidData(Refused):
    """A data file cannot be read, or its columns do not fit the baseline."""


class NotFound(Refused):
    """A model, endpoint, file or address that was named does not exist, or no longer."""

    reason = "gone"


class ChangedMeanwhile(Refused):
    """Traffic that was to be changed is no longer what it was expected to be; left as found."""

    def __init__(
        self, sentence: str, *, traffic: Mapping[str, float], mirror: Mapping[str, float]
    ) -> None:
        super().__init__(sentence)
        self.traffic = dict(traffic)
        self.mirror = dict(mirror)


class AlteredEvidence(Refused):
    """A piece of evidence no longer matches the hash it is kept under."""


class NoPermission(Refused):
    """Driftgate's own identity may not do this; the sentence names the role that is missing."""

    reason = "not_allowed"


class NotAllowed(Refused):
    """An address is none that Driftgate may call; the sentence names what would allow it."""

    reason = "not_allowed"


class Unavailable(DriftgateError):
    """The world's fault: a service did not answer, so trying again may help."""

    retryable = True
    reason = "unavailable"


class Throttled(Unavailable):
    """The world asks to wait: `after` so many seconds, None where it does not say."""

    reason = "throttled"

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class TimedOut(Unavailable):
    """A service did not answer in the time there was; it may have done what it was asked."""

    reason = "timeout"


class Untrusted(Unavailable):
    """A service shows a certificate that is not its own, or no longer; nothing was sent to it."""

    reason = "certificate"


class Conflict(Unavailable):
    """Another worker committed to the same subject first; decide again from the new state."""
