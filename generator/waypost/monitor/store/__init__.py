"""The database: SQLite or PostgreSQL behind SQLAlchemy.

`opening` opens one. `MonitorStore` keeps what machines observe, `Outbox` what subscribers are sent, and
`HistoryStore` puts history in and proves it.
"""
