"""Payload bytes into events: one entry an envelope, each an event or a refusal in one sentence."""

from shared.service.intake.parsing import MOST_BYTES, Parsed, handshake, parse

__all__ = ["MOST_BYTES", "Parsed", "handshake", "parse"]
