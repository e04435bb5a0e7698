"""Who is told what: plan, outbox, worker and channels."""
