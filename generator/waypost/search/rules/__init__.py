"""How questions find articles."""
