"""Published texts and styles, without input or output."""
