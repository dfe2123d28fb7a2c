"""Promotions and retrainings: what is on its way, what it lacks, and who may let it pass."""
