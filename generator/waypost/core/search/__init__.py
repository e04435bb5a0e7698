"""Search: what can be found, how it is weighed, how it is ranked, and the shards a browser reads it from."""
