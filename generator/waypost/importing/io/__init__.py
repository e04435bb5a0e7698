"""Reads what other tools left."""
