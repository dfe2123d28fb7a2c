"""What was decided, decided once more: from the chain, its evidence and the states kept of it."""
