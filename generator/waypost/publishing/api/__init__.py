"""The JSON of the status site."""
