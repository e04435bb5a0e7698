"""What heartbeats touch of the disk."""
