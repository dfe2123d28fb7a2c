"""How callers of the API are known: by Entra ID, by the host's key alone, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.environment import PREFIX, InvalidSetting

_SETTING = f"{PREFIX}ACCESS"
_AUTHENTICATION = "WEBSITE_AUTH_ENABLED"
_HOSTED = ("WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID")
"""Settings that App Service sets by itself, in the cloud alone."""


class Access(StrEnum):
    """What protects the API for operators.

    `entra`: who is signed in, by the roles they were given. `key`: the host's function key, and
    whoever has it may all. `open`: nothing, for one's own machine.
    """

    ENTRA = "entra"
    KEY = "key"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """How callers are known, and what the platform says of itself.

    `authenticates` is whether App Service Authentication is on: only then does nobody but the
    platform write the header that tells who calls. `hosted` is whether this runs in App Service.
    """

    mode: Access = Access.OPEN
    authenticates: bool = False
    hosted: bool = False

    @property
    def fault(self) -> str | None:
        """Why the API may not be served like this, and the fix; None when it may."""
        if self.mode is Access.ENTRA and not self.authenticates:
            return (
                f"{_SETTING} is entra, but the platform does not say that authentication is on, so "
                "anybody could claim to be anybody; turn on App Service Authentication, or set "
                f"{_SETTING}=key for the function key alone."
            )
        if self.mode is Access.OPEN and self.hosted:
            return (
                f"{_SETTING} is open, which is for one's own machine; set {_SETTING}=entra or "
                f"{_SETTING}=key here."
            )
        return None

    @property
    def warning(self) -> str | None:
        """What whoever runs it should know: who may do everything; None where roles are asked."""
        if self.mode is Access.KEY:
            return (
                f"{_SETTING} is key: whoever has the function key may do everything, in any name."
            )
        if self.mode is Access.OPEN:
            return f"{_SETTING} is open: whoever is on this machine may do everything."
        return None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, azure: bool) -> "AccessSettings":
        """Read them: entra is the default on Azure's adapters, open on the embedded ones.

        Raises InvalidSetting for a mode that is none.
        """
        default = Access.ENTRA if azure else Access.OPEN
        value = environment.get(_SETTING) or default.value
        if value not in set(Access):
            raise InvalidSetting(f"{_SETTING} is {value[:40]!r}; use `entra`, `key` or `open`.")
        return cls(
            mode=Access(value),
            authenticates=environment.get(_AUTHENTICATION, "").strip().lower() in {"true", "1"},
            hosted=any(environment.get(name) for name in _HOSTED),
        )


def needs_host_key(environment: Mapping[str, str]) -> bool:
    """Whether the host has to ask for the function key before the API is called.

    It does not where Entra ID tells who calls: a link in a message can carry no key. A mode that
    cannot be read asks for the key.
    """
    azure = environment.get(f"{PREFIX}ADAPTERS") == "azure"
    try:
        settings = AccessSettings.from_environment(environment, azure=azure)
    except InvalidSetting:
        return True
    return settings.mode is not Access.ENTRA
