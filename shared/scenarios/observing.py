"""What the workspace's files say after each moment: shares, tags, and the answers to checks."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from shared.scenarios.devops_events import CheckCall
from shared.scenarios.phrases import spell_shares
from shared.scenarios.pipelines import read_mapping
from shared.scenarios.played import Shown, Told
from shared.scenarios.script import Scenario, Wanted
from shared.scenarios.workspace import WorkspaceFiles

ENDINGS = {"succeeded": "passes", "failed": "fails"}


class Observer:
    """Keeps each change of what the scenario expects to see; of nothing else, for it costs time."""

    def __init__(self, scenario: Scenario, files: WorkspaceFiles) -> None:
        wanted = {one.wanted for one in scenario.expectations}
        self._files = files
        self._shares = [one for one in (Wanted.TRAFFIC, Wanted.MIRROR) if one in wanted]
        self._tagged = {one.thing for one in scenario.expectations if one.wanted is Wanted.TAG}
        self._last: dict[tuple[Wanted, str, str], str] = {}
        self._texts: dict[Path, bytes] = {}
        self._calls: dict[str, CheckCall] = {}
        self.shown: list[Shown] = []

    def wait_for(self, call: CheckCall) -> None:
        """A check was asked; it is told when it has its answer."""
        self._calls[call.task] = call

    def answers(self, now: datetime) -> Iterator[Told]:
        """The checks that have been answered since the last time."""
        for task, call in list(self._calls.items()):
            path = self._files.folder / "checks" / f"{task}.yaml"
            answer = read_mapping(path) if self._is_new(path) else {}
            if answer.get("result") in ENDINGS:
                del self._calls[task]
                yield Told(
                    at=now,
                    what=Wanted.CHECK,
                    text=str(answer.get("sentence")),
                    kind=ENDINGS[answer["result"]],
                    subject=f"model/{call.model.partition(':')[0]}",
                    labels={"version": call.model},
                )

    def look(self, now: datetime) -> None:
        """Note what has changed."""
        for endpoint in self._files.endpoints if self._shares else ():
            facts = self._files.endpoint(endpoint)
            for wanted in self._shares:
                key = "traffic" if wanted is Wanted.TRAFFIC else "mirror_traffic"
                self._note(now, wanted, endpoint, "", spell_shares(facts[key]))
        for model in self._tagged:
            name, _, version = (model or "").partition(":")
            path = self._files.folder / "models" / name / f"{version}.yaml"
            if self._is_new(path):
                tags = read_mapping(path).get("tags") or {}
                for tag, text in tags.items():
                    self._note(now, Wanted.TAG, str(model), str(tag), str(text))

    def _note(self, now: datetime, wanted: Wanted, thing: str, key: str, value: str) -> None:
        if self._last.get((wanted, thing, key)) != value:
            self._last[wanted, thing, key] = value
            self.shown.append(Shown(at=now, what=wanted, thing=thing, key=key, value=value))

    def _is_new(self, path: Path) -> bool:
        """Whether it holds something else than when it was last asked about."""
        content = path.read_bytes() if path.is_file() else b""
        before, self._texts[path] = self._texts.get(path, b""), content
        return content != before
