"""Triggers only, one file a family: parse, call the service, return."""
