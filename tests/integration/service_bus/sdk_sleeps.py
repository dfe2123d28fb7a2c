"""Shortens the fixed sleeps of the Service Bus SDK, for tests only.

Opening a link sleeps ten times 0.05 s and closing one waits for a thread that sleeps 1 s, whatever
answers; a throttled send waits 4 s. Over loopback that is all the time a test takes. The product
never does this: the SDK runs as it is shipped, but for what its sleeping lasts.
"""

import importlib
import time
from types import ModuleType

import pytest

_MODULES = ("_pyamqp.client", "_servicebus_sender", "_servicebus_receiver")
_SHORTER = 50


def shorten_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the SDK's modules a copy of `time` whose sleep lasts a fiftieth."""
    for module in sleeping_modules():
        monkeypatch.setattr(module, "time", shorter_time())


def sleeping_modules() -> list[ModuleType]:
    """Where the SDK sleeps."""
    return [importlib.import_module(f"azure.servicebus.{name}") for name in _MODULES]


def shorter_time() -> ModuleType:
    """A copy of `time` whose sleep lasts a fiftieth."""
    shorter = ModuleType("time")
    shorter.__dict__.update(vars(time))
    shorter.sleep = lambda seconds: time.sleep(seconds / _SHORTER)
    return shorter
