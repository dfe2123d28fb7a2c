"""Answers to environment checks in a folder, for a machine without Azure DevOps.

::

    checks/<task>.yaml    result, sentence, console, log
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.adapters.embedded.yaml_files import read_yaml, write_yaml
from shared.adapters.names import is_plain_name
from shared.domain.pipelines import EnvironmentCheck
from shared.errors import Refused


class FileEnvironmentChecks:
    """What was said to a check is a file, without the token; the first verdict stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "checks"

    def accept(self, check: EnvironmentCheck) -> None:
        """Raises Refused for a task that is no name."""
        self._path(check)

    def begin(self, check: EnvironmentCheck, sentence: str) -> None:
        """Write down that it was taken up."""
        self.tell(check, [sentence])

    def tell(self, check: EnvironmentCheck, lines: Sequence[str]) -> None:
        """Write lines down. Raises Refused for a task that is no name."""
        path = self._path(check)
        said = _content(path)
        write_yaml(path, {**said, "console": [*said.get("console", []), *lines]})

    def answer(
        self, check: EnvironmentCheck, passed: bool, sentence: str, log: Sequence[str] = ()
    ) -> None:
        """Write the verdict down. Raises Refused for a second one."""
        path = self._path(check)
        said = _content(path)
        if "result" in said:
            raise Refused(f"The check {check.task} has its answer already.")
        result = "succeeded" if passed else "failed"
        write_yaml(path, {**said, "result": result, "sentence": sentence, "log": list(log)})

    def _path(self, check: EnvironmentCheck) -> Path:
        if not is_plain_name(check.task):
            raise Refused(f"TaskInstanceId is {check.task[:60]!r}, which is no plain name.")
        self._folder.mkdir(exist_ok=True)
        return self._folder / f"{check.task}.yaml"


def _content(path: Path) -> dict[str, Any]:
    return dict(read_yaml(path).plain) if path.is_file() else {}
