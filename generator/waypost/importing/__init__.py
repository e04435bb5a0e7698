"""Help centers and histories from elsewhere, one module a source."""
