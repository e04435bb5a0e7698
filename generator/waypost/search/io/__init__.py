"""Reads and writes what the search needs on disk."""
