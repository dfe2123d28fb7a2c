"""JSON answers in which a number without bound is null: JSON has no word for one."""

import math
from typing import Any

from starlette.responses import JSONResponse as _JSONResponse


class JSONResponse(_JSONResponse):
    """As Starlette's, which fails at an infinite number; an interval of no rows ends in one."""

    def render(self, content: Any) -> bytes:
        """The content as JSON."""
        try:
            return super().render(content)
        except ValueError:
            return super().render(_finite(content))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
