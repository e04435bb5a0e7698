"""The JSON documents that Waypost publishes: a model for each, of which its JSON Schema is made."""
