"""Feeds, markup, dates and records of builds."""
