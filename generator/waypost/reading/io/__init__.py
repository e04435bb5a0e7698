"""Reads the files of a site."""
