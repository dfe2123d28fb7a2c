"""The policy file: reading it strictly, and its JSON Schema for editors."""

from shared.policies.reading import read_policy
from shared.policies.schema import json_schema

__all__ = ["json_schema", "read_policy"]
