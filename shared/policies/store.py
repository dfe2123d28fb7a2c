"""Finds policies among files, wherever they lie."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from shared.domain.policy import Fleet, Policy
from shared.errors import InvalidPolicy, NotFound
from shared.policies import read_policy
from shared.policies.fleet import FILES, read_fleet
from shared.policies.listing import Listing

_SUFFIXES = {".yaml", ".yml"}
_STEADY: "ContextVar[Mapping[PolicyStore, _Reading] | None]" = ContextVar("steady", default=None)


class PolicyStore:
    """Asks for the files anew at each question, so that an edited file counts at once.

    `files` gives the content of each by its name. One whose bytes are known already is not parsed
    again. Within `steady` they are asked for once, and a large fleet's for a while (`Listing`).
    """

    def __init__(self, files: Callable[[], Mapping[str, bytes]]) -> None:
        self._ask = Listing(files)
        self._known: dict[str, tuple[bytes, Policy | InvalidPolicy]] = {}
        self._fleet: tuple[bytes, Fleet] | None = None
        self._sorted: _Sorted | None = None

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within, one thread is told of one reading: a decision has one state of the policies.

        So are threads that carry on its context, as those do that answer an asynchronous request.
        """
        outer = _STEADY.get() or {}
        token = _STEADY.set({self: _Reading(), **outer})
        try:
            yield
        finally:
            _STEADY.reset(token)

    def _all_files(self) -> Mapping[str, bytes]:
        reading = (_STEADY.get() or {}).get(self)
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
        read = self._read_files()
        found = read.of_model.get(model, [])
        if len(found) > 1:
            names = " and ".join(file for file, _ in found)
            raise InvalidPolicy(f"{names} both name the model {model}; keep one of them.")
        if found:
            return found[0][1]
        if model in read.wrong:
            raise InvalidPolicy(read.wrong[model])
        return None

    def for_endpoint(self, endpoint: str) -> Policy | None:
        """The policy whose model is served by this endpoint, else the one with it as a stage's."""
        read = self._read_files()
        return read.of_endpoint.get(endpoint) or read.of_stage.get(endpoint)

    def all(self) -> Sequence[Policy]:
        """Every valid policy, by model name."""
        return tuple(self._read_files().all)

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

    def text_of(self, model: str) -> str | None:
        """The file that names the model, as it was written; None where none can be read."""
        read = self._read_files()
        found = read.of_model.get(model, [])
        return read.files[found[0][0]].decode(errors="replace") if found else None

    def problems(self) -> Sequence[str]:
        """One sentence for each invalid file."""
        sentences = []
        try:
            self.fleet()
        except InvalidPolicy as problem:
            sentences.append(str(problem))
        return [*sentences, *self._read_files().problems]

    def _read_files(self) -> "_Sorted":
        """All of them in the order of their names; read once while none of them changes."""
        files, known = self._all_files(), self._sorted
        if known is not None and known.files is files:
            return known
        if known is None or known.files != files:
            known = self._sorted = self._sort(files)
        known.files = files
        return known

    def _sort(self, files: Mapping[str, bytes]) -> "_Sorted":
        read = _Sorted(files=files)
        known: dict[str, tuple[bytes, Policy | InvalidPolicy]] = {}
        for name, content in sorted(files.items()):
            if PurePosixPath(name).suffix not in _SUFFIXES or name in FILES:
                continue
            before = self._known.get(name)
            if before is None or before[0] != content:
                before = content, _read(content, name)
            known[name] = before
            read.add(name, before[1])
        self._known = known
        read.all.sort(key=lambda policy: policy.model)
        return read


@dataclass
class _Sorted:
    """What files say, to be found by whom it concerns; those that are wrong by their name."""

    files: Mapping[str, bytes]
    all: list[Policy] = field(default_factory=list)
    of_model: dict[str, list[tuple[str, Policy]]] = field(default_factory=dict)
    of_endpoint: dict[str, Policy] = field(default_factory=dict)
    of_stage: dict[str, Policy] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, file: str, policy: Policy | InvalidPolicy) -> None:
        """One file more; where two serve one endpoint the first counts."""
        if isinstance(policy, InvalidPolicy):
            self.wrong.setdefault(PurePosixPath(file).stem, str(policy))
            self.problems.append(str(policy))
            return
        self.all.append(policy)
        self.of_model.setdefault(policy.model, []).append((file, policy))
        if policy.endpoint is not None:
            self.of_endpoint.setdefault(policy.endpoint, policy)
        for stage in policy.stages:
            if stage.endpoint is not None:
                self.of_stage.setdefault(stage.endpoint, policy)


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
