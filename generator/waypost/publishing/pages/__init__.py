"""The pages of the status site."""
