"""The rules of the help center's pages."""
