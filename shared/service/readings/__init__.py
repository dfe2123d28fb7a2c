"""Readings of the places that gates ask of: one file a place, each with the time it was true."""
