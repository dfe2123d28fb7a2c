"""The doors that others call: who may, how much, how often; then the one way of every event."""

from shared.service.hooks.answers import HookAnswer
from shared.service.hooks.hooks import Hooks

__all__ = ["HookAnswer", "Hooks"]
