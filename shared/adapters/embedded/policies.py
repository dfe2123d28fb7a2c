"""Policies as YAML files of one folder."""

from pathlib import Path

from shared.policies.store import PolicyStore


class FilePolicies(PolicyStore):
    """The policies of a folder; one that does not exist holds none."""

    def __init__(self, folder: Path) -> None:
        def files() -> dict[str, bytes]:
            if not folder.is_dir():
                return {}
            return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

        super().__init__(files)
