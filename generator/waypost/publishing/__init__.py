"""What the status site is: its documents, made from one snapshot."""
