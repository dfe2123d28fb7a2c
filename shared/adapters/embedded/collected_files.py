"""Collected data in a folder, laid out as Azure's data collector lays it out."""

from collections.abc import Callable
from pathlib import Path

from shared.adapters.collected_hours import Period, period_of
from shared.domain.collected import ROW_TIME, CollectedFile, Collection

_ROWS = (Collection.INPUTS, Collection.OUTPUTS)


def collected_files(folder: Path, wanted: Callable[[str], bool]) -> list[CollectedFile] | None:
    """Files below `<deployment>/<collection>/yyyy/MM/dd/HH/` of the wanted deployments, by place.

    Empty files are left out, and requests' bodies where a deployment keeps rows. None when nothing
    is collected.
    """
    found: list[CollectedFile] = []
    for deployment in sorted(path for path in folder.glob("*") if wanted(path.name)):
        files = [
            _file(path, deployment, collection)
            for collection in Collection
            for path in (deployment / collection.value).glob("**/*.jsonl")
            if path.stat().st_size
        ]
        rows = [file for file in files if file.collection in _ROWS]
        found.extend(rows or files)
    return sorted(found, key=lambda file: file.place) or None


def listed_file(
    path: Path,
    *,
    collection: Collection = Collection.INPUTS,
    deployment: str | None = None,
    period: Period | None = None,
    time_column: str | None = None,
) -> CollectedFile:
    """One file as it is now; a file that was written again is another version of it."""
    stat = path.stat()
    return CollectedFile(
        place=str(path),
        version=f"{stat.st_mtime_ns}-{stat.st_size}",
        bytes=stat.st_size,
        collection=collection,
        deployment=deployment,
        start=period[0] if period else None,
        end=period[1] if period else None,
        time_column=time_column,
    )


def _file(path: Path, deployment: Path, collection: Collection) -> CollectedFile:
    return listed_file(
        path,
        collection=collection,
        deployment=deployment.name,
        period=period_of(path.relative_to(deployment / collection.value).parts[:-1]),
        time_column=ROW_TIME,
    )
