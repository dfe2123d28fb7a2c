"""The clock of a home whose time is its own: that of the demo goes on from where its story ended.

Every process on the home reads the same file, so that all of them tell the same time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.environment import InvalidSetting

NAME = "clock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """It was `at` that time when the wall's clock said `since`; without, it stands still.

    `began` is where it began to go by itself: what came before was told as a story.
    """

    began: datetime
    at: datetime
    since: datetime | None = None


class HomeClock:
    """Goes at the pace of the wall's clock, from another time on; or stands still."""

    def __init__(self, setting: Setting, path: Path, wall: Callable[[], datetime]) -> None:
        self._setting = setting
        self._path = path
        self._wall = wall

    @classmethod
    def of(cls, home: Path, wall: Callable[[], datetime]) -> "HomeClock | None":
        """The clock of a home, None where its time is the wall's. Raises InvalidSetting."""
        path = home / NAME
        try:
            return cls(_read(path.read_text(encoding="utf-8")), path, wall)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise InvalidSetting(
                f"{path} is no clock of Driftgate's; play the demo anew with: "
                "driftgate serve --demo --fresh."
            ) from problem

    @classmethod
    def begin(cls, home: Path, at: datetime, wall: Callable[[], datetime]) -> "HomeClock":
        """Give a home a clock of its own, which stands still until it is told to go on."""
        clock = cls(Setting(began=at, at=at), home / NAME, wall)
        clock._keep(clock._setting)
        return clock

    def __call__(self) -> datetime:
        """The time it is in this home."""
        setting = self._setting
        return setting.at if setting.since is None else setting.at + (self._wall() - setting.since)

    @property
    def began(self) -> datetime:
        """Where it began to go by itself."""
        return self._setting.began

    @property
    def goes(self) -> bool:
        """Whether it goes; it does too where whoever let it go on was killed."""
        return self._setting.since is not None

    def go_on(self) -> None:
        """Let it go on from where it stands; harmless while it goes."""
        if not self.goes:
            self._keep(Setting(began=self.began, at=self._setting.at, since=self._wall()))

    def stand_still(self) -> None:
        """Let it stand where it is now."""
        self._keep(Setting(began=self.began, at=self()))

    def _keep(self, setting: Setting) -> None:
        """A reader sees the old or the new one; a loss of power may take it back."""
        plain = {
            "began": setting.began.isoformat(),
            "at": setting.at.isoformat(),
            "since": None if setting.since is None else setting.since.isoformat(),
        }
        with NamedTemporaryFile("w", dir=self._path.parent, delete=False) as file:
            file.write(json.dumps(plain))
        Path(file.name).replace(self._path)
        self._setting = setting


def _read(text: str) -> Setting:
    plain = json.loads(text)
    since = plain["since"]
    return Setting(
        began=_time(plain["began"]),
        at=_time(plain["at"]),
        since=None if since is None else _time(since),
    )


def _time(text: str) -> datetime:
    """Of a time with its zone; one without is a ValueError."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(text)
    return time.astimezone(UTC)
