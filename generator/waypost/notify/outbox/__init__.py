"""The outbox: what is told, in which frozen words, to whom, and what becomes of it.

A notice, its bodies and a delivery for each endpoint are written in one transaction. Workers claim endpoints,
send their letters in order, and report. `Outbox` is the one way in; see its methods.
"""

from waypost.notify.outbox.outbox import Outbox

__all__ = ["Outbox"]
