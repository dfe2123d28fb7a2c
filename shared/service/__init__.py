"""Intake, reactions, the ledger's use, dispatch: how an event becomes a committed decision."""
