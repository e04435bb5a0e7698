"""What is published of a snapshot."""
