"""Replays that tell events again: asked for, taken step by step, stopped and resumed."""

from shared.domain.decisions.replay.deciding import decide_replay

__all__ = ["decide_replay"]
