"""History as text, proved, exported, imported and verified."""
