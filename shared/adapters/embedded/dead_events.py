"""What Event Grid could not deliver, as files in a folder like those of its container."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from shared.adapters.dead_event_files import dead_events, without
from shared.ports import DeadEvent


class FolderDeadEvents:
    """Reads `dead-events/`: put files there that were fetched from the container, or by hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def dead_events(self, limit: int = 1000) -> Sequence[DeadEvent]:
        """Those that are still there, oldest first."""
        found: list[DeadEvent] = []
        for path in self._files():
            if len(found) >= limit:
                break
            written = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            place = path.relative_to(self._folder).as_posix()
            found.extend(dead_events(path.read_bytes(), place, written))
        return sorted(found[:limit], key=lambda event: (event.at, event.id))

    def remove_event(self, event: DeadEvent) -> None:
        """Take it out of its file; harmless when it is gone."""
        path = self._folder / event.place
        if path not in self._files():
            return
        left = without(path.read_bytes(), event.id, event.place)
        if left is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(left)

    def count_events(self) -> int:
        """How many files there are."""
        return len(self._files())

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*.json") if path.is_file())
