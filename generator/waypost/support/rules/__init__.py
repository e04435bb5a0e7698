"""The contact page, opening hours and the ticket form."""
