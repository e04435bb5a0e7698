"""The use cases, and the only place where parts are put together."""
