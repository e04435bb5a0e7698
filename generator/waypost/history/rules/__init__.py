"""Digests of days, and figures that were published."""
