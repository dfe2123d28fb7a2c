"""Files of any number of rows and 20 columns of every sort, written group by group from a seed.

Six doubles of all digits, two single floats, three amounts in cents, four whole numbers, four
texts of 3 to 5 000 values and one truth value; six columns have nulls.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 1 << 20
_NULLS = {"d1": 0.01, "d4": 0.2, "amount1": 0.05, "whole2": 0.02, "text2": 0.03, "flag": 0.01}
_LEVELS = (3, 12, 200, 5_000)
_LINE = 4


def group(number: int, rows: int, seed: int) -> "pa.Table":
    """One group of rows, the same for the same number and seed."""
    import pyarrow as pa

    random = np.random.default_rng((seed, number))
    columns: dict[str, Any] = {
        "d0": random.standard_normal(rows),
        "d1": random.normal(1e6, 3.0, rows),
        "d2": random.lognormal(0.0, 1.0, rows),
        "d3": random.random(rows),
        "d4": random.gamma(2.0, 3.0, rows),
        "d5": random.standard_t(3.0, rows),
        "single0": random.standard_normal(rows, dtype=np.float32),
        "single1": random.random(rows, dtype=np.float32) * np.float32(90.0),
        "amount0": np.round(random.lognormal(4.0, 1.0, rows), 2),
        "amount1": np.round(random.normal(250.0, 80.0, rows), 2),
        "amount2": np.round(random.exponential(1_000.0, rows), 2),
        "whole0": random.integers(18, 91, rows),
        "whole1": random.poisson(3.0, rows).astype(np.int32),
        "whole2": random.integers(0, 1_000_000, rows),
        "whole3": random.geometric(0.01, rows).astype(np.int16),
    }
    for at, levels in enumerate(_LEVELS):
        codes = np.minimum(random.geometric(4.0 / (levels + 4), rows) - 1, levels - 1)
        names = pa.array([f"value {level}" for level in range(levels)])
        columns[f"text{at}"] = pa.DictionaryArray.from_arrays(codes.astype(np.int32), names)
    columns["flag"] = random.random(rows) < 0.3
    arrays = {}
    for name, values in columns.items():
        if name not in _NULLS:
            arrays[name] = pa.array(values)
            continue
        absent = random.random(rows) < _NULLS[name]
        if isinstance(values, pa.DictionaryArray):
            codes = pa.array(values.indices.to_numpy(), mask=absent)
            arrays[name] = pa.DictionaryArray.from_arrays(codes, values.dictionary)
        else:
            arrays[name] = pa.array(values, mask=absent)
    table = pa.table(arrays)
    texts = [name for name in arrays if name.startswith("text")]
    for name in texts:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.string()))
    return table


def groups(rows: int, seed: int) -> "Iterator[pa.Table]":
    """All groups of so many rows."""
    for number, start in enumerate(range(0, rows, GROUP)):
        yield group(number, min(GROUP, rows - start), seed)


def write(path: Path, rows: int, seed: int) -> None:
    """The rows as Parquet, CSV, or JSON Lines of a data collector, by the file's ending."""
    if path.suffix == ".parquet":
        _write_parquet(path, rows, seed)
    elif path.suffix == ".csv":
        _write_csv(path, rows, seed)
    else:
        _write_collected(path, rows, seed)


def _write_parquet(path: Path, rows: int, seed: int) -> None:
    from pyarrow import parquet

    with parquet.ParquetWriter(path, group(0, 1, seed).schema) as file:
        for table in groups(rows, seed):
            file.write_table(table, row_group_size=GROUP)


def _write_csv(path: Path, rows: int, seed: int) -> None:
    from pyarrow import csv

    with csv.CSVWriter(path, group(0, 1, seed).schema) as file:
        for table in groups(rows, seed):
            file.write_table(table)


def _write_collected(path: Path, rows: int, seed: int) -> None:
    """Lines of several rows in the envelope that Azure's model data collector writes."""
    with path.open("w") as file:
        for table in groups(rows, seed):
            held = table.to_pylist()
            for at in range(0, len(held), _LINE):
                line = {
                    "specversion": "1.0",
                    "id": f"{at:032x}",
                    "source": "/subscriptions/0/resourceGroups/g/providers/w/endpoints/e",
                    "type": "azureml.inference.model_inputs",
                    "datacontenttype": "application/json",
                    "time": "2026-11-01T00:00:00Z",
                    "correlationid": f"{at:032x}",
                    "data": held[at : at + _LINE],
                }
                file.write(json.dumps(line) + "\n")
