"""The signature an MLflow model declares in its file MLmodel."""

import json
from typing import Any

from shared.domain.world import ColumnSpec
from shared.errors import InvalidData


def signature_inputs(content: bytes) -> tuple[ColumnSpec, ...]:
    r"""The input columns of a file MLmodel; empty when it declares none.

    Inputs without a name, as tensors have, are no columns.
    Raises InvalidData when the file cannot be read.

    >>> signature_inputs(b'signature: {inputs: \'[{"name": "age", "type": "long"}]\'}')
    (ColumnSpec(name='age', type='long', required=True),)
    """
    import yaml

    try:
        described = yaml.safe_load(content)
        signature = described.get("signature") if isinstance(described, dict) else None
        inputs = signature.get("inputs") if isinstance(signature, dict) else None
        columns = json.loads(inputs) if isinstance(inputs, str) else inputs
    except (yaml.YAMLError, ValueError) as problem:
        raise InvalidData("The model's file MLmodel has a signature that is no JSON.") from problem
    entries = columns if isinstance(columns, list) else []
    return tuple(
        _column(entry) for entry in entries if isinstance(entry, dict) and entry.get("name")
    )


def _column(entry: dict[str, Any]) -> ColumnSpec:
    required = entry.get("required", entry.get("optional") is not True)
    return ColumnSpec(
        name=str(entry["name"]), type=str(entry.get("type")), required=required is True
    )
