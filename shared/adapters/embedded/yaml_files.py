"""Typed reading of the workspace's YAML files, with faults that name file and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.domain.canonical import parse_time
from shared.errors import InvalidData


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One mapping of a file; each method reads a key as one type or raises InvalidData."""

    path: Path
    plain: Mapping[str, Any]

    def _wrong(self, key: str, wanted: str) -> InvalidData:
        return InvalidData(f"{self.path.name}: {key} is {self.plain.get(key)!r}; give {wanted}.")

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A mapping, empty when absent."""
        value = self.plain.get(key) or {}
        if not isinstance(value, dict):
            raise self._wrong(key, "a mapping")
        return {str(name): item for name, item in value.items()}

    def texts(self, key: str) -> dict[str, str]:
        """A mapping to text, empty when absent."""
        return {name: str(value) for name, value in self.mapping(key).items()}

    def numbers(self, key: str) -> dict[str, float]:
        """A mapping to numbers, empty when absent."""
        values = self.mapping(key)
        if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values.values()):
            raise self._wrong(key, "a mapping to numbers")
        return {name: float(value) for name, value in values.items()}

    def text(self, key: str) -> str | None:
        """Text, None when absent."""
        value = self.plain.get(key)
        return None if value is None else str(value)

    def number(self, key: str) -> float | None:
        """A number, None when absent."""
        value = self.plain.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        return float(value)

    def whole(self, key: str) -> int | None:
        """A whole number, None when absent."""
        value = self.number(key)
        if value is None:
            return None
        if not value.is_integer():
            raise self._wrong(key, "a whole number")
        return int(value)

    def time(self, key: str) -> datetime | None:
        """A time, None when absent; without zone it is UTC."""
        value = self.plain.get(key)
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        try:
            return parse_time(str(value))
        except ValueError as problem:
            raise self._wrong(key, "an ISO 8601 time") from problem

    def list_of_text(self, key: str) -> list[str]:
        """A list of text, or one text as a list of one."""
        value = self.plain.get(key)
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of text")
        return value

    def list_of_mappings(self, key: str) -> list[Mapping[str, Any]]:
        """A list of mappings, empty when absent."""
        value = self.plain.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "a list of mappings")
        return value


def read_yaml(path: Path) -> Described:
    """One YAML file that holds a mapping. Raises InvalidData."""
    import yaml

    try:
        plain = _parsed(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise InvalidData(f"{path.name} is not YAML: {' '.join(str(problem).split())}") from problem
    if not isinstance(plain, dict):
        raise InvalidData(f"{path.name} must hold a mapping of keys to values.")
    return Described(path=path, plain=plain)


@lru_cache(maxsize=1024)
def _parsed(content: bytes) -> object:
    """The same bytes are not parsed again: most files are read far oftener than written."""
    import yaml

    return yaml.safe_load(content)


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Beside it first, so that a reader never sees half a file."""
    import yaml

    beside = path.with_suffix(".part")
    beside.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")
    beside.replace(path)
