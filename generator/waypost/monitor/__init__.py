"""What machines observe: checks, heartbeats, our own connection."""
