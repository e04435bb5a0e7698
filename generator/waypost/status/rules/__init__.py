"""Timelines, incidents, maintenance, uptime and the snapshot."""
