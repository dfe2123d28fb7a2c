"""Policies as YAML files of one folder."""

from collections.abc import Sequence
from pathlib import Path

from shared.domain.policy import Policy
from shared.errors import InvalidPolicy
from shared.policies import read_policy

_SUFFIXES = {".yaml", ".yml"}


class FilePolicies:
    """Reads the folder anew at each question, so that an edited file counts at once.

    A file whose bytes are known already is not parsed again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[bytes, Policy]] = {}

    def for_model(self, model: str) -> Policy | None:
        """The model's policy.

        Raises InvalidPolicy when its file is wrong or two files speak of one model. A file that
        cannot be read at all is held against the model it is named after.
        """
        found = [(file, policy) for file, policy in self._valid() if policy.model == model]
        if len(found) > 1:
            names = " and ".join(file for file, _ in found)
            raise InvalidPolicy(f"{names} both name the model {model}; keep one of them.")
        if found:
            return found[0][1]
        for path in self._files():
            if path.stem == model:
                self._read(path)
        return None

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint."""
        return next((p for _, p in self._valid() if p.endpoint == endpoint), None)

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name."""
        return sorted((policy for _, policy in self._valid()), key=lambda policy: policy.model)

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file."""
        sentences = []
        for path in self._files():
            try:
                self._read(path)
            except InvalidPolicy as problem:
                sentences.append(str(problem))
        return sentences

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if path.suffix in _SUFFIXES)

    def _read(self, path: Path) -> Policy:
        content = path.read_bytes()
        known = self._known.get(path.name)
        if known is not None and known[0] == content:
            return known[1]
        policy = read_policy(content, path.name)
        self._known[path.name] = (content, policy)
        return policy

    def _valid(self) -> list[tuple[str, Policy]]:
        valid = []
        for path in self._files():
            try:
                valid.append((path.name, self._read(path)))
            except InvalidPolicy:
                continue
        return valid
