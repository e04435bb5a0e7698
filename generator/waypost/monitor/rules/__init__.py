"""When a check runs, and when a state changes."""
