"""Settings from environment variables with the prefix `DRIFTGATE_`; every default is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from shared.domain.event import Check
from shared.errors import Refused

PREFIX = "DRIFTGATE_"
SAMPLES = Path(__file__).resolve().parent.parent / "samples"


class InvalidSetting(Refused):
    """An environment variable holds a value that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where state lies, where the workspace and the policies are read, how often checks run.

    `periods` is what the heartbeat expects of each check; keep it in step with the schedules.
    """

    home: Path = Path(".driftgate")
    workspace: Path = SAMPLES / "workspace"
    policies: Path = SAMPLES / "policies"
    adapters: str = "embedded"
    observed: timedelta = timedelta(hours=1)
    periods: Mapping[Check, timedelta] = field(
        default_factory=lambda: {
            Check.DRIFT: timedelta(hours=1),
            Check.KPI: timedelta(hours=1),
            Check.ROUTING: timedelta(minutes=10),
        }
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        `DRIFTGATE_HOME` is the folder of the embedded state; its folders `workspace` and
        `policies` are used when they exist, else the samples that come with Driftgate, unless
        `DRIFTGATE_WORKSPACE` and `DRIFTGATE_POLICIES` name others.
        Raises InvalidSetting for adapters that do not exist.
        """
        home = Path(environment.get(f"{PREFIX}HOME") or ".driftgate")
        adapters = environment.get(f"{PREFIX}ADAPTERS") or "embedded"
        if adapters != "embedded":
            raise InvalidSetting(f"{PREFIX}ADAPTERS is {adapters!r}; only `embedded` can be used.")
        return cls(
            home=home,
            workspace=_folder(environment, "WORKSPACE", home / "workspace", SAMPLES / "workspace"),
            policies=_folder(environment, "POLICIES", home / "policies", SAMPLES / "policies"),
            adapters=adapters,
        )


def _folder(environment: Mapping[str, str], name: str, own: Path, sample: Path) -> Path:
    named = environment.get(PREFIX + name)
    if named:
        if not Path(named).is_dir():
            raise InvalidSetting(f"{PREFIX}{name} names {named}, which is not a folder; make it.")
        return Path(named)
    return own if own.is_dir() else sample
