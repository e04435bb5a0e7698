"""The rules of schedules, heartbeats and changes of state."""
