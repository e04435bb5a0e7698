"""Finds and edits the files of incidents and maintenance."""
