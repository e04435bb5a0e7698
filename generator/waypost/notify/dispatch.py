"""Dispatch of notices: plan and freeze what is new, send once, stay and send, preview, test one subscriber."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waypost.base.clock import utc_now
from waypost.base.faults import Fault, FaultKind, Faults
from waypost.base.files.languages import site_words
from waypost.base.supervision import Supervisor, Task
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import Subscriber
from waypost.monitor.store.faults import stored_faults
from waypost.monitor.store.opening import open_database, opened_to_read
from waypost.monitor.store.reading import read_history
from waypost.monitor.store.windows import with_present_windows
from waypost.notify.channels.base import TransportContext
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import Delivery, DeliveryFilter, DeliveryState, TransportError
from waypost.notify.rules.fault_notices import fault_notices
from waypost.notify.rules.notices import NoticePlan, OutboxState, PlannedNotice
from waypost.notify.rules.plan import SOURCES, Source, message_id, plan
from waypost.notify.rules.sources import NoticeContext, known_states, test_notice
from waypost.notify.worker import PAUSE, DeliveryWorker, WorkerHooks
from waypost.problems import ProblemsFound, Refused, did_you_mean
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot, take_snapshot

log = logging.getLogger("waypost")

INTERVAL = timedelta(seconds=15)
"""How often a process that only delivers checks whether there is something new."""

FAREWELL = 2.0
"""Seconds that what is under way may still take when the process ends; the rest is sent again, under the same ids."""


class UnknownSubscriber(Refused):
    """There is no such subscriber; the message names one that is near."""


class UnknownIncident(Refused):
    """No open incident, or several, have that name; the message lists those that are open."""


@dataclass(frozen=True)
class DispatchResult:
    """The counts of one dispatch."""

    notices: int = 0
    """New notices."""
    deliveries: int = 0
    """Deliveries that became due because of them."""
    attempts: int = 0
    """Attempts to send, those for earlier deliveries included."""


def enqueue_notices(
    outbox: Outbox, site: StatusSite, snapshot: Snapshot, faults: tuple[Fault, ...] = ()
) -> DispatchResult:
    """Put new notices into the outbox, in one transaction; none where a site has no subscribers.

    `faults` are our own, as `stored_faults` gives them. It may be called again at any time and by any number of
    processes: no notice is made twice. Only subscribers whose endpoints are registered get deliveries; a worker
    registers them.
    """
    if not site.subscribers.subscribers:
        return DispatchResult()

    def plan_new(state: OutboxState, first: int) -> NoticePlan:
        context = NoticeContext(snapshot, state, site.subscribers, site.cadence, faults)
        return NoticePlan(tuple(_plan(context, first)), known_states(snapshot, state.components or {}))

    return _enqueue(outbox, snapshot, plan_new)


def enqueue_fault_notices(
    outbox: Outbox, site: StatusSite, snapshot: Snapshot, faults: tuple[Fault, ...], now: datetime
) -> DispatchResult:
    """Put new notices of our own faults into the outbox, and no others, with a page that may be old by now.

    So operators hear of them also where no new page can be made. Before anything was planned of a page, there are none.
    """
    if not (faults and site.subscribers.subscribers) or outbox.state().components is None:
        return DispatchResult()
    page = replace(snapshot, now=now)

    def plan_new(state: OutboxState, first: int) -> NoticePlan:
        context = NoticeContext(page, state, site.subscribers, site.cadence, faults)
        # An old page knows nothing of how the components are.
        return NoticePlan(tuple(_plan(context, first, [fault_notices])), state.components or {})

    return _enqueue(outbox, page, plan_new)


def _enqueue(
    outbox: Outbox, snapshot: Snapshot, plan_new: Callable[[OutboxState, int], NoticePlan]
) -> DispatchResult:
    # Most publications bring nothing new, and need not wait until nobody else writes.
    state = outbox.state()
    new = plan_new(state, 1)
    if not new.notices and new.components == state.components:
        return DispatchResult()

    def make(state: OutboxState, first: int) -> NoticePlan:
        new = plan_new(state, first)
        return replace(new, notices=tuple(_freeze(planned, snapshot) for planned in new.notices))

    return DispatchResult(*outbox.enqueue(make, snapshot.now))


def _plan(context: NoticeContext, first: int = 1, sources: Sequence[Source] = SOURCES) -> list[PlannedNotice]:
    return plan(context, {kind: channel.events for kind, channel in CHANNELS.items()}, first, sources)


def _freeze(planned: PlannedNotice, snapshot: Snapshot) -> PlannedNotice:
    """Add the message of each channel that a recipient has."""
    kinds = dict.fromkeys(planned.recipients.values())
    bodies = {kind: CHANNELS[kind].compose(planned.notice, snapshot) for kind in kinds}
    return replace(planned, bodies=bodies)


def present_snapshot(
    site: Site, url: str, now: datetime, *, writes: bool = False
) -> tuple[StatusSite, Snapshot]:
    """Return the status site and its page at a moment; raises ProblemsFound and StoreError.

    Where it `writes`, windows of maintenance that are new are kept, so that moves are noticed.
    """
    project = load_project(site)
    history, words = read_history(url), site_words(project.language)
    if writes:
        history = with_present_windows(url, history, project.status.maintenances, now)
    return project.status, take_snapshot(project.status, history, now, words)


def deliver_once(site: Site, url: str, hooks: WorkerHooks | None = None) -> DispatchResult:
    """Enqueue what is new and send all that is due; raises ProblemsFound and StoreError."""
    status, snapshot = present_snapshot(site, url, utc_now(), writes=True)
    with closing(open_database(url)) as database:
        outbox = Outbox(database)
        # It registers the subscribers, and only registered ones get deliveries.
        with closing(DeliveryWorker(outbox, status, hooks=hooks)) as worker:
            result = enqueue_notices(outbox, status, snapshot, stored_faults(database, snapshot.now))
            return replace(result, attempts=worker.drain())


def deliver_until(site: Site, url: str, stop: threading.Event, hooks: WorkerHooks | None = None) -> None:
    """Go on dispatching until `stop` is set; an error on the way is logged, and what failed is tried again.

    Raises ProblemsFound and StoreError where it cannot even begin.
    """
    page = status, snapshot = present_snapshot(site, url, utc_now(), writes=True)
    with closing(open_database(url)) as database:
        outbox, faults = Outbox(database), Faults()
        dispatch = Dispatch(outbox, hooks, faults)

        def enqueue() -> float:
            nonlocal page
            now = utc_now()
            found = stored_faults(database, now)
            # They do not wait for files that are mended.
            enqueue_fault_notices(outbox, *page, found, now)
            try:
                page = status, snapshot = present_snapshot(site, url, now, writes=True)
            except ProblemsFound as problems:
                first = problems.problems[0]
                words = f"{first.location}: {first.message}"
                faults.begin(FaultKind.FILES, f"The files have mistakes; the last good ones count. {words}")
                return INTERVAL.total_seconds()
            faults.end(FaultKind.FILES)
            dispatch.use(status)
            enqueue_notices(outbox, status, snapshot, found)
            return INTERVAL.total_seconds()

        dispatch.use(status)
        enqueue_notices(outbox, status, snapshot, stored_faults(database, snapshot.now))
        notices = Task("notices", enqueue, FaultKind.NOTICES, deadline=60.0, longest_pause=15.0)
        Supervisor([notices, dispatch.task()], faults).run(stop, 2 * FAREWELL)


class Dispatch:
    """The deliveries of one process: who is sent to, and a worker that is stepped by whoever owns this."""

    def __init__(
        self, outbox: Outbox, hooks: WorkerHooks | None = None, faults: Faults | None = None
    ) -> None:
        self._outbox = outbox
        self._hooks = hooks
        self._faults = faults
        self._site: StatusSite | None = None
        self._generation = outbox.generation
        self._worker: DeliveryWorker | None = None

    def use(self, site: StatusSite) -> None:
        """Send to the subscribers of a site from now on; raises StoreError, and is tried again at the next call.

        Another thread may take turns meanwhile.
        """
        generation = self._outbox.generation
        # Another database knows no endpoints.
        before = self._site if generation == self._generation else None
        if site is before or (self._worker is None and not site.subscribers.subscribers):
            return
        if self._worker is None:
            self._worker = DeliveryWorker(self._outbox, site, hooks=self._hooks, faults=self._faults)
        elif (
            before is None or site.subscribers != before.subscribers or site.config.page != before.config.page
        ):
            self._worker.configure(site)
        self._site, self._generation = site, generation

    def turn(self) -> float:
        """Send what is due now, and return the seconds until the next turn.

        Whatever it raises, nothing is lost: what is unsent or unrecorded is taken up by a later turn.
        """
        worker = self._worker
        return worker.turn() if worker else PAUSE

    def task(self) -> Task:
        """Return the sending as a task of a process."""
        return Task("deliveries", self.turn, FaultKind.DELIVERIES, deadline=60.0, close=self.close)

    def close(self) -> None:
        """Wait a moment for what is under way, and hold nothing any more."""
        if self._worker is not None:
            self._worker.close(FAREWELL)


def preview(site: Site, url: str, now: datetime) -> tuple[list[PlannedNotice], list[Delivery], bool]:
    """Return the notices that are new now, the deliveries that wait, and whether anything was ever planned."""
    status, snapshot = present_snapshot(site, url, now)
    with opened_to_read(url) as database:
        outbox = Outbox(database) if database else None
        state = outbox.state() if outbox else OutboxState()
        waiting = outbox.deliveries(DeliveryFilter(DeliveryState.PENDING)) if outbox else []
        faults = stored_faults(database, now) if database else ()
    context = NoticeContext(snapshot, state, status.subscribers, status.cadence, faults)
    return _plan(context), waiting, state.components is not None


def send_test(site: Site, url: str, name: str) -> str:
    """Send a real test to one subscriber, past the outbox; return its channel.

    Raises UnknownSubscriber, TransportError, ProblemsFound and StoreError.
    """
    now = utc_now()
    status, snapshot = present_snapshot(site, url, now)
    subscriber = find_subscriber(status, name)
    channel = CHANNELS[subscriber.kind]
    with opened_to_read(url) as database:
        # A receiver drops what is older than what it knows, and must not take what comes next for a repetition.
        sequence = max(1, Outbox(database).last_sequence() if database else 0)
    notice = replace(test_notice(snapshot, subscriber.id, now), sequence=sequence)
    if notice.event not in channel.events:
        raise TransportError(f"{subscriber.kind} has no form for a test", permanent=True)
    delivery = Delivery(
        id=0,
        sequence=notice.sequence,
        endpoint=subscriber.id,
        kind=subscriber.kind,
        event=notice.event,
        subject=str(notice.subject),
        message_id=message_id(snapshot.page.url, notice.key),
        created_at=now,
        state=DeliveryState.PENDING,
        attempts=1,
        failures=0,
        body=channel.compose(notice, snapshot),
    )
    channel.send(delivery, subscriber, TransportContext.of(status, utc_now))
    return subscriber.kind


def find_subscriber(status: StatusSite, name: str) -> Subscriber:
    """Return a subscriber by its id; raise UnknownSubscriber where there is none."""
    known = {subscriber.id: subscriber for subscriber in status.subscribers.subscribers}
    if name not in known:
        hint = did_you_mean(name, known)
        raise UnknownSubscriber(f"There is no subscriber '{name}' in status/subscribers.yml.{hint}")
    return known[name]


def acknowledge(site: Site, url: str, name: str, by: str, now: datetime) -> tuple[str, bool]:
    """Note that somebody takes care of an open incident; return its id, and whether that is new.

    Raises UnknownIncident, ProblemsFound and StoreError.
    """
    _, snapshot = present_snapshot(site, url, now)
    found = [incident for incident in snapshot.active if name in incident.id]
    exact = [incident for incident in found if incident.id == name]
    if len(exact or found) != 1:
        names = ", ".join(incident.id for incident in found or snapshot.active) or "none"
        which = "Several open incidents are called so" if found else "No open incident is called so"
        raise UnknownIncident(f"{which}. Open: {names}.")
    incident = (exact or found)[0]
    with closing(open_database(url)) as database:
        return incident.id, Outbox(database).acknowledge(incident.id, now, by)
