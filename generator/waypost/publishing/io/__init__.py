"""Formats of outside libraries: feeds, calendar, badges."""
