"""Writing the shares of an endpoint that is described in a file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.adapters.embedded.workspace import FileWorkspace
from shared.adapters.embedded.yaml_files import read_yaml, write_yaml
from shared.adapters.shares import to_write, whole_numbers
from shared.domain.promotion import TrafficStep
from shared.domain.world import Endpoint
from shared.ports import Clock


class FileTraffic:
    """Edits `endpoints/<name>.yaml`, one process at a time; the file's other facts stay."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._workspace = FileWorkspace(folder)

    def change(
        self,
        endpoint: str,
        *,
        traffic: Mapping[str, float],
        mirror: Mapping[str, float],
        expected: Mapping[str, float],
        expected_mirror: Mapping[str, float],
    ) -> Endpoint:
        """Set the shares where they are still the expected ones.

        Raises ChangedMeanwhile, NotFound, Refused.
        """
        self._workspace.endpoint(endpoint)
        path = self._folder / "endpoints" / f"{endpoint}.yaml"
        wanted = TrafficStep(traffic=dict(traffic), mirror=dict(mirror))
        before = TrafficStep(traffic=dict(expected), mirror=dict(expected_mirror))
        with _alone(path.with_suffix(".lock")):
            if to_write(self._workspace.endpoint(endpoint), wanted, before):
                content = {
                    **read_yaml(path).plain,
                    "traffic": whole_numbers(traffic),
                    "mirror_traffic": whole_numbers(mirror),
                    "changed": self._clock(),
                }
                write_yaml(path, content)
            return self._workspace.endpoint(endpoint)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process that has it, however it ends.

    Where the system has no such locks there is one process at a time anyhow.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
