"""The outbox: notices, their frozen messages, the endpoints that they go to, and what becomes of each delivery.

A notice, its messages and a delivery for each endpoint are written in one transaction. Workers claim endpoints,
send their deliveries in order, and record the attempts. `Outbox` is the one way in; see its methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from waypost.base.database.engine import Database, Lock
from waypost.base.database.leases import release
from waypost.base.database.schema import acknowledgement
from waypost.base.database.values import clean_text, to_ms
from waypost.notify.outbox import claims, deliveries, endpoints
from waypost.notify.outbox.endpoints import LEASES, add_once
from waypost.notify.rules.deliveries import (
    ClaimedEndpoint,
    ClaimResult,
    Delivery,
    DeliveryFilter,
    Endpoint,
    EndpointState,
    OutboxTotals,
)
from waypost.notify.rules.notices import NoticePlan, OutboxState

ALL = DeliveryFilter()


class Outbox:
    """The outbox of one database. Every method may be called from several threads and processes.

    It holds every notice that there ever was, and a delivery for each endpoint that one goes to. What a method
    that writes has returned from is durable; each raises StoreError when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def generation(self) -> int:
        """Grows when another database has taken the place of the one that was opened."""
        return self._database.generation

    def state(self) -> OutboxState:
        """Return the state that planning depends on."""
        with self._database.read() as connection:
            return deliveries.read_state(connection)

    def last_sequence(self) -> int:
        """Return the sequence of the newest notice; 0 where there is none."""
        with self._database.read() as connection:
            return deliveries.last_sequence(connection)

    def enqueue(self, plan: Callable[[OutboxState, int], NoticePlan], now: datetime) -> tuple[int, int]:
        """Write new notices; return how many notices and deliveries that made.

        `plan` is called within the transaction, with the present state and the sequence of the first new notice;
        nobody else plans meanwhile. A notice whose key is known is left out. For an endpoint that is disabled,
        the delivery is a dead letter at once, so that it can be replayed; one that is not registered, or whose
        subscriber has left, gets none.
        """
        with self._database.write() as connection:
            return deliveries.enqueue(self._database, connection, plan, now)

    def acknowledge(self, incident: str, at: datetime, by: str) -> bool:
        """Note that somebody takes care of an incident; return whether nobody did before."""
        with self._database.write() as connection:
            self._database.lock(connection, Lock.OUTBOX)
            return add_once(connection, acknowledgement, incident=incident, at=to_ms(at), by=clean_text(by))

    def register(self, configured: Sequence[Endpoint], now: datetime) -> None:
        """Bring the endpoints to what is configured.

        One whose fingerprint has changed is sent to again, where it was disabled. One that is not configured
        any more, or has another channel, stays; what is pending for it becomes dead letters.
        """
        with self._database.write() as connection:
            endpoints.register(self._database, connection, configured, now)

    def unsubscribe(self, endpoint: str, at: datetime) -> bool:
        """Note that a subscriber has left, for good; return whether that is new. What is pending is not sent."""
        with self._database.write() as connection:
            return endpoints.unsubscribe(self._database, connection, endpoint, at)

    def endpoints(self) -> list[EndpointState]:
        """Return the state of each endpoint that there ever was, by their ids."""
        with self._database.read() as connection:
            return endpoints.read_endpoints(connection)

    def claim(
        self, now: datetime, *, owner: str, lease: timedelta, limit: int, per_host: int, per_claim: int
    ) -> list[ClaimedEndpoint]:
        """Take up to `limit` endpoints that are due and that nobody holds, the longest due first.

        Each comes with up to `per_claim` of its next deliveries in their order, which count as begun. It is held
        until its result is recorded, or until the lease ends. At most `per_host` of one host are held at once, by
        all workers together; of a host that keeps failing none for a while, and then one at a time (see
        `notify.rules.deliveries`). Endpoints without a host have no such limits. Times that come from a clock
        that was ahead are not believed: such an endpoint is due.

        Of several deliveries of one thread, the later ones do not know yet the receiver's id for the first.
        """
        with self._database.write() as connection:
            # Two that claim at once would both find the same room at a host.
            self._database.lock(connection, Lock.CLAIMS)
            chosen = claims.choose(connection, to_ms(now), limit, per_host)
            return claims.take(connection, chosen, now, owner, lease, per_claim) if chosen else []

    def record(self, results: Sequence[ClaimResult], now: datetime) -> list[bool]:
        """Keep what became of deliveries, and give the endpoints back; return which results counted.

        One whose claim was lost is refused whole: somebody else sends its messages again. Deliveries without an
        attempt count as not begun. Delivered ones keep when they first arrived, and the receiver's first id.
        """
        if not results:
            return []
        with self._database.write() as connection:
            return claims.record(self._database, connection, results, now)

    def release(self, owner: str) -> None:
        """Give back all that an owner holds; a result that it still records is refused."""
        with self._database.write() as connection:
            release(connection, LEASES.table, owner)

    def deliveries(self, wanted: DeliveryFilter = ALL, limit: int | None = 1000) -> list[Delivery]:
        """Return deliveries, newest first."""
        with self._database.read() as connection:
            return deliveries.read_deliveries(connection, wanted, limit)

    def totals(self) -> OutboxTotals:
        """Return how much waits, and when one of the newest deliveries was made last."""
        with self._database.read() as connection:
            return deliveries.read_totals(connection)

    def replay(self, now: datetime, wanted: DeliveryFilter = ALL) -> int:
        """Send again what was delivered or given up, with the same ids of messages; return how many deliveries.

        Their endpoints are due at once, also where they were disabled. What goes to an endpoint that is not
        configured any more, or has another channel now, or has left, is not sent again.
        """
        with self._database.write() as connection:
            return deliveries.replay(self._database, connection, wanted, now)

    def prune(self, now: datetime) -> int:
        """Forget deliveries that are over for 90 days, and messages that none needs; return how many deliveries."""
        return deliveries.prune(self._database, now)
