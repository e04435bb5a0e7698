"""What the contact page and the ticket form say."""
