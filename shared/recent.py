"""A mapping with a bound: what was set longest ago is forgotten for what is new."""

from collections import OrderedDict
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value]):
    """Keeps the `most` keys that were set last, for what is only kept to spare a question.

    Setting a key anew makes it the newest. It takes no lock: whoever shares it has one.

    >>> last = Recent(2)
    >>> last["a"] = last["b"] = last["a"] = last["c"] = 1
    >>> list(last)
    ['a', 'c']
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > self.most:
            self.popitem(last=False)
