"""Readers of the places that promotion's gates ask of: each makes one reading with its time."""
