"""Several requests at once: each waits for its answer far longer than it works."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 10
"""As many connections as the SDK's transport keeps open."""
AHEAD = 4 * AT_ONCE


def in_order(do: Callable[[T], R], items: Iterable[T], ahead: int = AHEAD) -> Iterator[R]:
    """What `do` answers for each item, in their order; so many are begun before they are taken.

    It begins slowly, so that whoever takes only the first has little more done. What `do` raises
    is raised in its turn.

    >>> list(in_order(abs, [3, -1, -2]))
    [3, 1, 2]
    """
    left = iter(items)
    for item in islice(left, 1):
        yield do(item)
    begun: deque[Future[R]] = deque()
    most = 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            while True:
                begun.extend(pool.submit(do, item) for item in islice(left, most - len(begun)))
                if not begun:
                    return
                yield begun.popleft().result()
                most = min(ahead, most * 2)
        finally:
            for one in begun:
                one.cancel()
