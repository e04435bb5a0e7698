"""What is true of the service at a moment."""
