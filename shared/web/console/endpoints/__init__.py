"""Endpoints: a list of them, and of each who is to get the traffic and who gets it."""
