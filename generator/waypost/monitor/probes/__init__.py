"""One module a kind of check, and their registry."""
