"""A folder becomes a project and a list of problems."""
