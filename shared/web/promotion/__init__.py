"""Promotions and retrainings over HTTP, and the report of a promotion."""
