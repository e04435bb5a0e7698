"""Read Markdown: one grammar for everything that asks what a text contains."""
