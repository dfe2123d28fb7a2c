"""Profiles from data: Parquet, CSV, JSON Lines, collected inference data, frames in memory."""

from shared.profiles.compute import baseline, window

__all__ = ["baseline", "window"]
