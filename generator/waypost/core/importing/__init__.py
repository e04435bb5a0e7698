"""Bring in the Markdown of another help center: pure steps from its files to ours. `plan.py` puts them together."""
