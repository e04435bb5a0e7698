"""Reads the files of other tools."""
