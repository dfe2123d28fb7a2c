"""Writes what Azure's data collector writes, hour by hour, into a scene's workspace."""

import json
from datetime import datetime, timedelta

import numpy as np

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def envelope(rows, at, known, collection="model_inputs", **more):
    """One collected line: several rows under one correlation id."""
    return {
        "specversion": "1.0",
        "id": f"{collection}-{known}",
        "source": "/subscriptions/s/onlineEndpoints/loan-endpoint/deployments/blue",
        "type": f"azureml.inference.{collection}",
        "datacontenttype": "application/json",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": rows,
        "contentrange": "bytes 0-116/117",
        "correlationid": known,
        "modelversion": "default",
        "collectdatatype": "pandas.core.frame.DataFrame",
        "agent": "azureml-ai-monitoring/1.0.0",
        **more,
    }


def file_of(hour, deployment="blue", collection="model_inputs", instance="i1"):
    """Where the rows of an hour lie."""
    return (
        f"workspace/inference/loan-endpoint/{deployment}/{collection}/"
        f"{hour:%Y/%m/%d/%H}/{instance}.jsonl"
    )


def write_lines(scene, name, lines):
    """Add lines to a file, as the collector does."""
    path = scene.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)


def collect(
    scene,
    start: datetime,
    end: datetime,
    *,
    deployment="blue",
    inputs=lambda rng, n: {"income": rng.normal(0.0, 1.0, n)},
    outputs=None,
    lines=6,
    rows=5,
    seed=1,
):
    """So many lines of so many rows in each hour of [start, end), with outputs where asked for."""
    rng = np.random.default_rng(seed)
    hour = start
    while hour < end:
        for collection, make in (("model_inputs", inputs), ("model_outputs", outputs)):
            if make is None:
                continue
            made = []
            for number in range(lines):
                columns = make(rng, rows)
                at = hour + number * HOUR / lines
                values = [
                    dict(zip(columns, row, strict=True))
                    for row in zip(*map(list, columns.values()), strict=True)
                ]
                plain = json.loads(json.dumps(values, default=float))
                known = f"{deployment}-{hour:%d%H}-{number}"
                made.append(envelope(plain, at, known, collection))
            write_lines(scene, file_of(hour, deployment, collection), made)
        hour += HOUR
