"""What such a file will say."""
