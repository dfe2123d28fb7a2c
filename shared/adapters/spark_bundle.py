"""What is sent along with a Spark job: its entry, and all it imports of ours in one archive.

A cluster knows nothing of Driftgate, and may reach no package index: Narwhals, which is Python
alone, goes along; NumPy and pyarrow are there with every Spark of Azure Machine Learning.
"""

import ast
import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shared.domain.spark_task import SENT_WITH, Task

ENTRY, ARCHIVE = "driftgate_job.py", "driftgate_job.zip"
_OURS = "shared"
_ENTRY_MODULE = "shared.profiles.spark.job"
_ENTRY_TEXT = f"""from {_ENTRY_MODULE} import main

if __name__ == "__main__":
    main()
"""
_ROOT = Path(__file__).resolve().parents[2]
_WHEN = (2020, 1, 1, 0, 0, 0)
"""The same task is the same bytes, whenever it is packed: so it is uploaded once."""


def write_bundle(folder: Path, task: Task) -> None:
    """Put the entry and the archive, with the task in it, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ENTRY).write_text(_ENTRY_TEXT, encoding="utf-8")
    (folder / ARCHIVE).write_bytes(archive_of(task))


def archive_of(task: Task) -> bytes:
    """The archive with our modules, Narwhals and the task."""
    files = {
        **_modules(),
        **_narwhals(),
        f"{SENT_WITH}/__init__.py": b"",
        f"{SENT_WITH}/task.json": task.to_json().encode(),
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name, _WHEN), files[name], ZIP_DEFLATED)
    return packed.getvalue()


def _modules() -> dict[str, bytes]:
    """Every module of ours that the entry comes to import, by its path in the archive.

    A package that is only passed through is empty there: what it offers to others may need more.
    """
    found: dict[str, bytes] = {}
    waiting = [_ENTRY_MODULE]
    while waiting:
        name = waiting.pop()
        path = _path_of(name)
        if path is None or found.get(_inside(path)):
            continue
        found[_inside(path)] = path.read_bytes()
        waiting.extend(_imported(path))
        for package in path.relative_to(_ROOT).parents[:-1]:
            found.setdefault((package / "__init__.py").as_posix(), b"")
    return found


def _path_of(name: str) -> Path | None:
    path = _ROOT.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in candidates if one.is_file()), None)


def _inside(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _imported(path: Path) -> Iterator[str]:
    """The modules of ours that a module imports, also within its functions."""
    for node in _run(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _OURS:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                yield module if _path_of(module) is not None else str(node.module)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """All that can run: not what is imported for types alone."""
    for child in ast.iter_child_nodes(node):
        typing = isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING"
        if not typing:
            yield child
            yield from _run(child)


def _narwhals() -> dict[str, bytes]:
    spec = find_spec("narwhals")
    if spec is None or spec.origin is None:
        return {}
    root = Path(spec.origin).parent
    return {
        f"narwhals/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*.py"))
    }
