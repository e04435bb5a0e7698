"""One function a rule, and their registry."""
