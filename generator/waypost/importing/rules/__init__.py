"""What it means in Waypost."""
