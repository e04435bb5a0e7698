"""Feeds as Atom, RSS and JSON."""
