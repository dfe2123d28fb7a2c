"""Finds policies among files, wherever they lie."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from shared.domain.policy import Fleet, Policy
from shared.errors import InvalidPolicy, NotFound
from shared.policies import read_policy
from shared.policies.fleet import FILES, read_fleet

_SUFFIXES = {".yaml", ".yml"}


class PolicyStore:
    """Asks for the files anew at each question, so that an edited file counts at once.

    `files` gives the content of each by its name. One whose bytes are known already is not parsed
    again. Within `steady` a thread asks once.
    """

    def __init__(self, files: Callable[[], Mapping[str, bytes]]) -> None:
        self._ask = files
        self._steady = threading.local()
        self._known: dict[str, tuple[bytes, Policy | InvalidPolicy]] = {}
        self._fleet: tuple[bytes, Fleet] | None = None

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within, this thread is told of one reading: a decision has one state of the policies."""
        outer: _Reading | None = getattr(self._steady, "reading", None)
        self._steady.reading = outer or _Reading()
        try:
            yield
        finally:
            self._steady.reading = outer

    def _all_files(self) -> Mapping[str, bytes]:
        reading: _Reading | None = getattr(self._steady, "reading", None)
        if reading is None:
            return self._ask()
        if reading.files is None:
            reading.files = self._ask()
        return reading.files

    def for_model(self, model: str) -> Policy | None:
        """The model's policy.

        Raises InvalidPolicy when its file is wrong or two files speak of one model. A file that
        cannot be read at all is held against the model it is named after.
        """
        files = self._files()
        found = [(file, policy) for file, policy in self._valid(files) if policy.model == model]
        if len(found) > 1:
            names = " and ".join(file for file, _ in found)
            raise InvalidPolicy(f"{names} both name the model {model}; keep one of them.")
        if found:
            return found[0][1]
        for name, content in files:
            if PurePosixPath(name).stem == model:
                self._read(name, content)
        return None

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint, else the one with it as a stage's."""
        valid = [policy for _, policy in self._valid(self._files())]
        served = (policy for policy in valid if policy.endpoint == endpoint)
        staged = (p for p in valid if any(stage.endpoint == endpoint for stage in p.stages))
        return next(served, None) or next(staged, None)

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name."""
        valid = self._valid(self._files())
        return sorted((policy for _, policy in valid), key=lambda policy: policy.model)

    def fleet(self) -> Fleet | None:
        """What holds for all models; None without a file.

        Raises InvalidPolicy when it is wrong, or when there are two.
        """
        found = [(name, body) for name, body in self._all_files().items() if name in FILES]
        if not found:
            return None
        if len(found) > 1:
            raise InvalidPolicy(f"There are {' and '.join(sorted(FILES))}; keep one of them.")
        [(name, content)] = found
        if self._fleet is None or self._fleet[0] != content:
            self._fleet = (content, read_fleet(content, name))
        return self._fleet[1]

    def template(self, name: str) -> str:
        """The text of a template beside the policies. Raises NotFound."""
        content = self._all_files().get(name)
        if content is None:
            raise NotFound(f"There is no template {name[:80]!r} beside the policies; add the file.")
        return content.decode(errors="replace")

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file."""
        sentences = []
        try:
            self.fleet()
        except InvalidPolicy as problem:
            sentences.append(str(problem))
        for name, content in self._files():
            try:
                self._read(name, content)
            except InvalidPolicy as problem:
                sentences.append(str(problem))
        return sentences

    def _files(self) -> list[tuple[str, bytes]]:
        return sorted(
            (name, content)
            for name, content in self._all_files().items()
            if PurePosixPath(name).suffix in _SUFFIXES and name not in FILES
        )

    def _read(self, name: str, content: bytes) -> Policy:
        known = self._known.get(name)
        if known is None or known[0] != content:
            known = self._known[name] = (content, _read(content, name))
        if isinstance(known[1], InvalidPolicy):
            raise InvalidPolicy(str(known[1]))
        return known[1]

    def _valid(self, files: list[tuple[str, bytes]]) -> list[tuple[str, Policy]]:
        valid = []
        for name, content in files:
            try:
                valid.append((name, self._read(name, content)))
            except InvalidPolicy:
                continue
        return valid


@dataclass
class _Reading:
    """What was read within `steady`, None until somebody asks; a failure is no reading."""

    files: Mapping[str, bytes] | None = None


def _read(content: bytes, name: str) -> Policy | InvalidPolicy:
    """The policy, or what is wrong with it, which is as costly to find out."""
    try:
        return read_policy(content, name)
    except InvalidPolicy as problem:
        return problem
