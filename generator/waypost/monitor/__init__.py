"""Observations by machines: checks, heartbeats, our own connection."""
