"""Digests and imported rows in the database."""
