"""The rules of notices: their sources, recipients, words and signatures, and when a delivery is tried again."""
