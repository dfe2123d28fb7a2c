"""Shares of the traffic over the steps of a rollout as the rectangles of a small chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.wording import spell_number
from shared.service.promotion_story.story import Shares

WIDTH, HEIGHT = 360.0, 150.0
LEFT = 36.0
_TOP, _BOTTOM, _GAP = 6.0, 20.0, 3.0
_MOST = 12
_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One deployment's share in one step; `look` is its place in the legend."""

    x: float
    y: float
    width: float
    height: float
    look: int
    text: str
    title: str
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficChart:
    """Blocks, a label below each column, and the deployments in the order of their looks.

    `left_out` counts the columns between the first and the last that were not drawn.
    """

    blocks: tuple[Block, ...]
    labels: tuple[tuple[float, str], ...]
    lines: tuple[tuple[float, str], ...]
    names: tuple[str, ...]
    told: str
    left_out: int


def traffic_chart(shares: Sequence[Shares], deployment: str) -> TrafficChart | None:
    """A column a split, all of one width however long it lasted; None without any share.

    The deployment that the rollout is for stands at the bottom.
    """
    columns = list(shares)
    left_out = max(0, len(columns) - _MOST)
    if left_out:
        columns = [columns[0], *columns[-(_MOST - 1) :]]
    others = sorted({n for one in columns for n, share in one.traffic.items() if share > 0})
    names = [deployment, *(name for name in others if name != deployment)]
    if not others:
        return None
    width = (WIDTH - LEFT) / len(columns)
    blocks: list[Block] = []
    for number, one in enumerate(columns):
        blocks += _column(LEFT + number * width, width - _GAP, one, names)
    return TrafficChart(
        blocks=tuple(blocks),
        labels=tuple(
            (LEFT + (number + 0.5) * width - _GAP / 2, one.label.removeprefix("step "))
            for number, one in enumerate(columns)
        ),
        lines=tuple((_height(share), f"{share} %") for share in (0, 50, 100)),
        names=tuple(names),
        told="; ".join(f"{one.label}: {_told(one, names)}" for one in columns),
        left_out=left_out,
    )


def _column(x: float, width: float, one: Shares, names: Sequence[str]) -> list[Block]:
    blocks = []
    base = 0.0
    for look, name in enumerate(names):
        share = min(max(one.traffic.get(name, 0.0), 0.0), 100.0 - base)
        if share <= 0:
            continue
        top, bottom = _height(base + share), _height(base)
        text = f"{spell_number(share)} %"
        blocks.append(
            Block(
                x=x,
                y=top,
                width=width,
                height=bottom - top,
                look=min(look, _LOOKS - 1),
                text=text if bottom - top >= 14 and width >= 30 else "",
                title=f"{one.label}: {name} {text}",
                planned=one.at is None,
            )
        )
        base += share
    return blocks


def _height(share: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share / 100.0


def _told(one: Shares, names: Sequence[str]) -> str:
    held = [(name, one.traffic.get(name, 0.0)) for name in names]
    told = [f"{name} {spell_number(share)} %" for name, share in held if share > 0]
    planned = " (planned)" if one.at is None else ""
    return (", ".join(told) or "no traffic") + planned
