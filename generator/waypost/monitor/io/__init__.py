"""Heartbeats and the connection, on the network and on disk."""
