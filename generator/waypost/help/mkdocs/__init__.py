"""The build with MkDocs: the one place that knows it."""
