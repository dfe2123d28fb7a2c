"""A machine learning workspace described in files, in place of Azure.

::

    models/<name>/<version>.yaml     tags, properties, metrics, inputs, outputs, params,
                                     training_data, run, environment, created_by, registered,
                                     archived; a column has name, type, required and, where they
                                     are declared, nullable, min, max, categories, enforced
    endpoints/<name>.yaml            provisioning_state, changed, traffic, mirror_traffic,
                                     deployments
    requests/<endpoint>.csv          time,deployment,status,duration_ms and, where the model's
                                     container said another one, model_status
    load/<endpoint>.csv              time,deployment,instance,cpu,memory,disk,gpu,state: a line a
                                     minute and instance, per cent, and its state such as Ready
    logs/<endpoint>/<deployment>.log, <deployment>.storage-initializer.log
    data/<name>.yaml                 paths (globs allowed), time_column
    inference/<model>.yaml           the same; or collected data as Azure lays it out:
    inference/<endpoint>/<deployment>/model_inputs/yyyy/MM/dd/HH/*.jsonl, and model_outputs
    kpis/<model>/<kpi>.csv           time,value,weight,deployment; in place of a query
    metrics/<resource>/<metric>.csv  time,value and a column a dimension, one row a sample
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.columns import read_columns, read_declared, read_params, with_declared
from shared.adapters.container_logs import last_lines
from shared.adapters.embedded.answers import read_buckets
from shared.adapters.embedded.collected_files import collected_files, listed_file
from shared.adapters.embedded.health import read_answers, read_loads
from shared.adapters.embedded.metrics import read_metric
from shared.adapters.embedded.tables import read_series, rows_between
from shared.adapters.embedded.yaml_files import Described, read_yaml
from shared.adapters.names import is_plain_name
from shared.domain.collected import CollectedFile, time_column_of
from shared.domain.ordering import natural
from shared.domain.recorded import told_numbers
from shared.domain.world import (
    RETRAINING_TAG,
    AnswerBucket,
    ColumnSpec,
    DataFiles,
    Deployment,
    DeploymentHealth,
    Endpoint,
    ModelVersion,
    SeriesAnswer,
    SeriesQuestion,
    Served,
)
from shared.errors import InvalidData, NotFound


class FileWorkspace:
    """Reads its files anew at each question, so that an edited file is a changed workspace."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def model(self, name: str, version: str) -> ModelVersion:
        """One registered version. Raises NotFound."""
        _plain_names("a model version", name, version)
        path = self._folder / "models" / name / f"{version}.yaml"
        if not path.is_file():
            raise NotFound(f"The workspace has no model {name}:{version}.")
        described = read_yaml(path)
        tags, properties = described.texts("tags"), described.texts("properties")
        measured, run = described.mapping("metrics"), described.text("run")
        metrics, unreadable = told_numbers(measured)
        stated = {**tags, **properties}
        declared, mistyped = read_declared(stated)
        return ModelVersion(
            name=name,
            version=version,
            tags=tags,
            properties=properties,
            metrics=metrics,
            measured=(f"run {run}" if run else f"file {path.name}") if measured else None,
            unreadable={**unreadable, **mistyped},
            inputs=with_declared(_columns(described, "inputs"), declared),
            outputs=with_declared(_columns(described, "outputs"), declared),
            params=_columns(described, "params", read_params),
            training_data={**properties, **tags}.get("training_data")
            or described.text("training_data"),
            run=run,
            environment=described.text("environment") or stated.get("environment"),
            registered=described.time("registered"),
            created_by=described.text("created_by"),
            archived=described.plain.get("archived") is True,
            retraining=self._retraining(run),
        )

    def _retraining(self, run: str | None) -> str | None:
        """What the job that registered it is tagged with, where there is its file."""
        path = self._folder / "jobs" / f"{run}.yaml"
        if run is None or not is_plain_name(run) or not path.is_file():
            return None
        tags = read_yaml(path).mapping("training").get("tags")
        named = tags.get(RETRAINING_TAG) if isinstance(tags, dict) else None
        return named if isinstance(named, str) else None

    def versions(self, name: str) -> Sequence[str]:
        """Every version of a model, by when it was registered; empty when unknown."""
        if not is_plain_name(name):
            return []
        found = [path.stem for path in (self._folder / "models" / name).glob("*.yaml")]
        models = [self.model(name, version) for version in found]
        ordered = sorted(
            models,
            key=lambda model: (
                model.registered.timestamp() if model.registered else 0.0,
                natural(model.version),
            ),
        )
        return [model.version for model in ordered]

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with its deployments. Raises NotFound."""
        _plain_names("an endpoint", name)
        path = self._folder / "endpoints" / f"{name}.yaml"
        if not path.is_file():
            raise NotFound(f"The workspace has no online endpoint {name}.")
        described = read_yaml(path)
        deployments = described.mapping("deployments")
        return Endpoint(
            name=name,
            provisioning_state=described.text("provisioning_state") or "Succeeded",
            traffic=described.numbers("traffic"),
            mirror_traffic=described.numbers("mirror_traffic"),
            deployments=tuple(
                _deployment(path, deployment, facts) for deployment, facts in deployments.items()
            ),
            changed=described.time("changed"),
        )

    def endpoints(self) -> Sequence[str]:
        """The names of all online endpoints."""
        return sorted(path.stem for path in (self._folder / "endpoints").glob("*.yaml"))

    def requests(self, endpoint: str, start: datetime, end: datetime) -> Mapping[str, int] | None:
        """Observed requests by deployment in [start, end); None when nothing is logged."""
        if not is_plain_name(endpoint):
            return None
        path = self._folder / "requests" / f"{endpoint}.csv"
        if not path.is_file():
            return None
        counts: dict[str, int] = {}
        for _, row, _ in rows_between(path, start, end):
            deployment = row.get("deployment") or ""
            counts[deployment] = counts.get(deployment, 0) + 1
        return counts

    def health(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        slow_ms: float | None = None,
        deployments: Collection[str] | None = None,
    ) -> Mapping[str, DeploymentHealth] | None:
        """What each deployment answered in [start, end); None when no file tells of the endpoint.

        Raises InvalidData naming the file and the line that cannot be read.
        """
        if not is_plain_name(endpoint):
            return None
        requests, load = (
            self._folder / folder / f"{endpoint}.csv" for folder in ("requests", "load")
        )
        served = read_answers(requests, start, end, slow_ms) if requests.is_file() else None
        loads = read_loads(load, start, end) if load.is_file() else {}
        if served is None and not load.is_file():
            return None
        if deployments is None:
            deployments = [deployment.name for deployment in self.endpoint(endpoint).deployments]
        return {
            name: DeploymentHealth(
                served=None if served is None else served.get(name, Served(requests=0)),
                load=loads.get(name),
            )
            for name in sorted({*deployments, *(served or {})})
        }

    def answers(
        self,
        endpoint: str,
        start: datetime,
        end: datetime,
        *,
        every: timedelta,
        deployments: Collection[str],
        slow_ms: float | None = None,
    ) -> Mapping[str, Sequence[AnswerBucket]] | None:
        """What each deployment answered, bucket by bucket; None when no file tells.

        Raises InvalidData naming the file and the line that cannot be read.
        """
        path = self._folder / "requests" / f"{endpoint}.csv"
        if not is_plain_name(endpoint) or not path.is_file():
            return None
        return read_buckets(path, start, end, every, deployments, slow_ms)

    def logs(self, endpoint: str, deployment: str, tail: int) -> str:
        """The last lines a deployment's containers wrote; empty when there are none."""
        if not is_plain_name(endpoint) or not is_plain_name(deployment):
            return ""
        folder = self._folder / "logs" / endpoint
        return last_lines(
            _written(folder / f"{deployment}.log"),
            lambda: _written(folder / f"{deployment}.storage-initializer.log"),
            tail,
        )

    def data(self, name: str) -> DataFiles:
        """A named data asset. Raises NotFound."""
        _plain_names("a data asset", name)
        return self._data_files(self._folder / "data" / f"{name}.yaml", f"data asset {name}")

    def written(self, name: str, start: datetime, end: datetime) -> DataFiles:
        """The files of a data asset last written in [start, end). Raises NotFound."""
        _plain_names("a data asset", name)
        described, paths = self._described(
            self._folder / "data" / f"{name}.yaml", f"data asset {name}", empty=True
        )
        inside = [path for path in paths if _was_written(Path(path), start, end)]
        return DataFiles(paths=tuple(inside), time_column=described.text("time_column"))

    def collected(
        self,
        model: str,
        endpoint: str | None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Sequence[CollectedFile]:
        """Files that can hold rows the model scored in [start, end): listed, not read.

        A span is looked for in the hours of collected data only. Raises NotFound.
        """
        _plain_names("a model", model)
        described = self._folder / "inference" / f"{model}.yaml"
        if described.is_file():
            files = self._data_files(described, f"inference data of {model}")
            return [listed_file(Path(path), time_column=files.time_column) for path in files.paths]
        listed = None
        if endpoint is not None and is_plain_name(endpoint):
            folder = self._folder / "inference" / endpoint
            listed = collected_files(folder, self._deployments_of(model, endpoint))
        if listed is None:
            raise NotFound(f"The workspace has no inference data of {model}.")
        return [file for file in listed if file.may_hold(start, end)]

    def fetch(self, files: Sequence[CollectedFile]) -> DataFiles:
        """The files that were listed; they are here already."""
        return DataFiles(
            paths=tuple(file.place for file in files),
            time_column=time_column_of(files),
        )

    def lend(self, files: Sequence[CollectedFile]) -> AbstractContextManager[DataFiles]:
        """The same."""
        return nullcontext(self.fetch(files))

    def _deployments_of(self, model: str, endpoint: str) -> Callable[[str], bool]:
        """Whether a deployment may carry the model, as far as the endpoint's file says."""
        try:
            known = {d.name: d.model for d in self.endpoint(endpoint).deployments}
        except NotFound:
            known = {}
        return lambda name: known.get(name) in {None, model}

    def _data_files(self, path: Path, what: str) -> DataFiles:
        described, paths = self._described(path, what, empty=False)
        return DataFiles(paths=tuple(paths), time_column=described.text("time_column"))

    def _described(self, path: Path, what: str, *, empty: bool) -> tuple[Described, list[str]]:
        """Such a file and the paths it names; `empty` says that a pattern may match none."""
        if not path.is_file():
            raise NotFound(f"The workspace has no {what}.")
        described = read_yaml(path)
        paths: list[str] = []
        for pattern in described.list_of_text("paths"):
            found = sorted(path.parent.glob(pattern))
            if not found and not empty:
                raise NotFound(f"{path.name}: no file matches {pattern}.")
            paths.extend(map(str, found))
        return described, paths

    def kpis(self, model: str, asked: Sequence[SeriesQuestion]) -> Sequence[SeriesAnswer]:
        """The KPIs out of their files; a folder answers no queries, but has metrics."""
        return [self._kpi(model, question) for question in asked]

    def _kpi(self, model: str, asked: SeriesQuestion) -> SeriesAnswer:
        if asked.metric is not None:
            return read_metric(self._folder / "metrics", asked, asked.metric)
        try:
            _plain_names("a KPI", model, asked.name)
            path = self._folder / "kpis" / model / f"{asked.name}.csv"
            points = read_series(path) if path.is_file() else None
        except (NotFound, InvalidData) as problem:
            return SeriesAnswer(problem=str(problem))
        if points is None:
            return SeriesAnswer(problem=f"The workspace has no KPI {asked.name} of {model}.")
        return SeriesAnswer(points=tuple(p for p in points if asked.start <= p.time < asked.end))


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _was_written(path: Path, start: datetime, end: datetime) -> bool:
    """Whether the file holds anything and was last changed in [start, end)."""
    stat = path.stat()
    return stat.st_size > 0 and start <= datetime.fromtimestamp(stat.st_mtime, UTC) < end


def _plain_names(what: str, *names: str) -> None:
    for name in names:
        if not is_plain_name(name):
            raise NotFound(f"{name[:80]!r} is no name of {what}.")


def _columns(
    described: Described,
    key: str,
    read: Callable[[object], tuple[ColumnSpec, ...]] = read_columns,
) -> tuple[ColumnSpec, ...]:
    try:
        return read(described.list_of_mappings(key))
    except ValueError as problem:
        raise InvalidData(f"{described.path.name}: {key}: {problem}.") from problem


def _deployment(path: Path, name: str, facts: Any) -> Deployment:
    described = Described(path=path, plain=facts if isinstance(facts, dict) else {})
    model, _, version = (described.text("model") or "").partition(":")
    return Deployment(
        name=name,
        provisioning_state=described.text("provisioning_state") or "Succeeded",
        model=model or None,
        version=version or None,
        changed=described.time("changed") or described.time("created"),
        instances=described.whole("instances"),
        instance_type=described.text("instance_type"),
        sampling=described.number("sampling"),
        outputs_sampling=described.number("outputs_sampling"),
        created=described.time("created"),
    )
