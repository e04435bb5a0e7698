"""What a site must hold together beyond the form of each file."""
