"""What is kept goes when its time is over, and the chain says so."""

from shared.service.retention.running import Retention, Run

__all__ = ["Retention", "Run"]
