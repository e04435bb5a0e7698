"""Reads what the rules look at."""
