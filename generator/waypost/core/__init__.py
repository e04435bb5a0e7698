"""The rules, as pure functions over the model: time comes in as `now`, nothing is read or written."""
