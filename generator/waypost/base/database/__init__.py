"""Either database: connecting, tables, leases."""
