"""Silences of the whole fleet: given, taken back, and told to whoever has alerts."""

from shared.domain.decisions.silences.deciding import decide_silences

__all__ = ["decide_silences"]
