"""Everything that people write, as types; the formats of the files."""
