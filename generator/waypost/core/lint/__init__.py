"""Rules for writers: what is allowed by the formats, and still hurts readers."""
