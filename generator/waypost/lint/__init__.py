"""Rules for writers, and articles that are due for a review."""
