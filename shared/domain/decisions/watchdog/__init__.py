"""The watcher is watched: silent checks and sources, an outbox that stands still, bad policies.

One file a question: `silence` (checks), `sources` (events), `outbox`, `policies`.
"""

from shared.domain.decisions.watchdog.deciding import decide_watchdog

__all__ = ["decide_watchdog"]
