"""Policies and the fleet's file: reading them strictly, and their JSON Schemas for editors."""

from shared.policies.fleet import read_fleet
from shared.policies.reading import read_policy
from shared.policies.schema import fleet_schema, json_schema

__all__ = ["fleet_schema", "json_schema", "read_fleet", "read_policy"]
