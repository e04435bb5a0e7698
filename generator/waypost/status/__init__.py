"""The state of the service at a moment."""
