"""The outbox: notices, their frozen bodies, the endpoints that they go to, and what becomes of each delivery.

A notice, its bodies and a delivery for each endpoint are written in one transaction. Workers claim endpoints,
send their deliveries in order, and report. `Outbox` is the one way in; see its methods.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from waypost.base.database.engine import Database, Lock
from waypost.base.database.leases import release
from waypost.base.database.schema import acknowledgement
from waypost.base.database.values import clean_text, to_ms
from waypost.notify.outbox import claims, deliveries, endpoints
from waypost.notify.outbox.deliveries import Which
from waypost.notify.outbox.endpoints import LEASES, add_once
from waypost.notify.rules.deliveries import (
    ClaimedEndpoint,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Report,
)
from waypost.notify.rules.notices import Batch, Told


class Outbox:
    """The outbox of one database. Every method may be called from several threads and processes.

    It holds every notice that was ever told, and a delivery for each endpoint that one goes to. What a method
    that writes has returned from is durable; each raises StoreError when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # What there is to tell

    def told(self) -> Told:
        """Return what was told so far, which planning needs."""
        with self._database.read() as connection:
            return deliveries.read_told(connection)

    def tell(self, plan: Callable[[Told, int], Batch], now: datetime) -> tuple[int, int]:
        """Write down what is new; return how many notices and deliveries that made.

        `plan` is called within the transaction, with what was told and with the sequence of the first new
        notice; nobody else plans meanwhile. A notice whose key is known is left out. For an endpoint that is
        disabled, the delivery is a dead letter at once, so that it can be replayed; one that is not registered,
        or whose subscriber has left, gets none.
        """
        with self._database.write() as connection:
            return deliveries.tell(self._database, connection, plan, now)

    def acknowledge(self, incident: str, at: datetime, by: str) -> bool:
        """Note that somebody takes care of an incident; return whether nobody had said so before."""
        with self._database.write() as connection:
            self._database.lock(connection, Lock.OUTBOX)
            return add_once(connection, acknowledgement, incident=incident, at=to_ms(at), by=clean_text(by))

    # Whom it is told

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
        """Return what is known of each endpoint that there ever was, by their ids."""
        with self._database.read() as connection:
            return endpoints.read_endpoints(connection)

    # Sending

    def claim(
        self, now: datetime, owner: str, lease: timedelta, limit: int, per_host: int, letters: int
    ) -> list[ClaimedEndpoint]:
        """Take up to `limit` endpoints that are due and that nobody holds, the longest due first.

        Each comes with up to `letters` of its next letters in their order, which count as begun. It is held
        until it is reported or released, or until the lease ends. At most `per_host` of one host are held at
        once, by all workers together; of a host that keeps failing none for a while, and then one at a time
        (see `core.notify.breaker`). Endpoints without a host have no such limits. Times that come from a
        clock that was ahead are not believed: such an endpoint is due.

        Of several letters of one thread, the later ones do not know yet what the first will be called.
        """
        with self._database.write() as connection:
            return claims.claim(
                self._database,
                connection,
                now,
                owner=owner,
                lease=lease,
                limit=limit,
                per_host=per_host,
                letters=letters,
            )

    def report(self, reports: Sequence[Report], now: datetime) -> list[bool]:
        """Keep what became of letters, and give the endpoints back; return which reports counted.

        One whose claim was lost is refused whole: somebody else sends its letters again. Letters that were not
        sent count as not begun. Delivered letters keep when they first arrived, and what they were called.
        """
        if not reports:
            return []
        with self._database.write() as connection:
            return claims.report(self._database, connection, reports, now)

    def release(self, owner: str) -> None:
        """Give back all that an owner holds; what it still reports is refused."""
        with self._database.write() as connection:
            release(connection, LEASES.table, owner)

    # What became of it

    def deliveries(
        self,
        state: DeliveryState | None = None,
        endpoint: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: Collection[int] | None = None,
        limit: int | None = 1000,
    ) -> list[Delivery]:
        """Return deliveries, newest first: of a state, an endpoint, made in [since, until), with these numbers."""
        with self._database.read() as connection:
            return deliveries.read_deliveries(connection, Which(state, endpoint, since, until, ids), limit)

    def replay(
        self,
        now: datetime,
        state: DeliveryState | None = None,
        endpoint: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        ids: Collection[int] | None = None,
    ) -> int:
        """Send again what was delivered or given up, with the same ids of messages; return how many deliveries.

        Their endpoints are due at once, also where they were disabled. What goes to an endpoint that is not
        configured any more, or has another channel now, or has left, is not sent again.
        """
        with self._database.write() as connection:
            return deliveries.replay(
                self._database, connection, Which(state, endpoint, since, until, ids), now
            )

    def prune(self, now: datetime) -> int:
        """Forget deliveries that are over for 90 days, and bodies that none needs; return how many deliveries."""
        return deliveries.prune(self._database, now)
