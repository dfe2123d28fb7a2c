"""Whether what was decided still is what was committed, by the chains and what they rest on."""

from shared.service.verifying.heads import Heads
from shared.service.verifying.verifying import Verified, verify

__all__ = ["Heads", "Verified", "verify"]
