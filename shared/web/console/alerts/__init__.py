"""Alerts: what fires, who has been told, and what somebody can do about it."""
