"""Notices to subscribers: plan, outbox, worker and channels."""
