"""The channels: one folder each, with its code, its message templates, its guide and its golden cases."""
