"""Connections with a deadline to addresses that are allowed."""
