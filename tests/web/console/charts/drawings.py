"""A chart as it is looked at: what stands in its SVG, and what its specification is made of."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.web.console.charts.drawing import drawn


def written_in(specification: Mapping[str, Any]) -> list[str]:
    """The texts of a chart that was really drawn."""
    svg = str(drawn(specification, "told"))
    assert svg.startswith("<svg ")
    return re.findall(r">([^<>]+)</text>", svg)


def layers(specification: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every layer of every panel."""
    for panel in specification.get("vconcat", [specification]):
        yield from panel["layer"]


def data(layer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a layer."""
    return list(layer["data"]["values"])


def of(specification: Mapping[str, Any], mark: str) -> list[Mapping[str, Any]]:
    """The layers of one kind of mark."""
    return [one for one in layers(specification) if one["mark"]["type"] == mark]
