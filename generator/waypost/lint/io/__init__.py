"""Reads the input of the rules."""
