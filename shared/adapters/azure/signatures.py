"""The signature an MLflow model declares in its file MLmodel."""

import json
from dataclasses import dataclass

from shared.adapters.columns import read_columns, read_params
from shared.domain.world import ColumnSpec
from shared.errors import InvalidData


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a model takes and gives; empty is what it does not declare."""

    inputs: tuple[ColumnSpec, ...] = ()
    outputs: tuple[ColumnSpec, ...] = ()
    params: tuple[ColumnSpec, ...] = ()


def read_signature(content: bytes) -> Signature:
    r"""The signature of a file MLmodel, whose parts are JSON as text.

    Raises InvalidData when the file cannot be read.

    >>> read_signature(b'signature: {inputs: \'[{"name": "age", "type": "long"}]\'}').inputs[0].name
    'age'
    """
    import yaml

    try:
        described = yaml.safe_load(content)
        signature = described.get("signature") if isinstance(described, dict) else None
        parts = signature if isinstance(signature, dict) else {}
        inputs, outputs, params = (
            json.loads(part) if isinstance(part, str) else part
            for part in (parts.get(name) for name in ("inputs", "outputs", "params"))
        )
        return Signature(
            inputs=read_columns(inputs), outputs=read_columns(outputs), params=read_params(params)
        )
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise InvalidData("The model's file MLmodel has a signature that is no JSON.") from problem
