"""The secrets of receivers: settings that the host reads out of a vault."""

import re
from collections.abc import Iterator, Mapping

from shared.adapters.channels.hidden import Hidden
from shared.domain.policy import ReceiverPolicy
from shared.errors import NotAllowed

PREFIX = "DRIFTGATE_SECRET_"
_OTHER = re.compile(r"[^A-Z0-9]")
_REFERENCE = "@Microsoft.KeyVault("


class Secrets:
    """Values by name; `SLACK_ONCALL` is the setting `DRIFTGATE_SECRET_SLACK_ONCALL`.

    They are looked at when they are needed, so that one which is wrong stops no other channel.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {_key(name): value for name, value in values.items()}

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"

    def of(self, receiver: ReceiverPolicy, what: str) -> str:
        """The secret that a receiver names; `what` it is, for the sentence.

        Raises NotAllowed where the receiver names none, or the setting is missing or no secret.
        """
        if receiver.secret is None:
            raise NotAllowed(
                f"The receiver {receiver.name} names no secret; write under `secret` the name of "
                f"the setting {PREFIX}... that holds {what}."
            )
        value = self.named(receiver.secret)
        if value is None:
            raise NotAllowed(
                f"The receiver {receiver.name} needs {setting_of(receiver.secret)}, {what}, which "
                "is not set."
            )
        return value

    def named(self, name: str) -> str | None:
        """A secret by name, None where it is not set. Raises NotAllowed for what is none."""
        value = self._values.get(_key(name), "").strip()
        if value.startswith(_REFERENCE):
            raise NotAllowed(
                f"{setting_of(name)} is still the reference to a vault; give the app's identity "
                "the role Key Vault Secrets User on it, and see that the secret exists."
            )
        if not (value.isascii() and value.isprintable()):
            raise NotAllowed(
                f"{setting_of(name)} is no secret of a channel; it has signs in it that are not "
                "ASCII."
            )
        return value or None

    def hidden(self) -> Hidden:
        """What keeps all of them out of sentences."""
        return Hidden(self._known())

    def _known(self) -> Iterator[str]:
        yield from (value.strip() for value in self._values.values())


def setting_of(name: str) -> str:
    """The setting of a secret.

    >>> setting_of("slack-oncall")
    'DRIFTGATE_SECRET_SLACK_ONCALL'
    """
    return f"{PREFIX}{_key(name)}"


def _key(name: str) -> str:
    return _OTHER.sub("_", name.upper())
