"""Files that people write, read with their places, and files that are written whole or not at all."""
