"""The texts of incidents and maintenance."""
