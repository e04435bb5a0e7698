"""What operators do about telling people: send once, stay and send, look at what would go, try one subscriber."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.clock import utc_now
from waypost.base.files.languages import site_words
from waypost.base.net.addresses import refuser
from waypost.formats.notices import Delivery, DeliveryState, Letter, Told
from waypost.formats.status_config import PageConfig
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import Subscriber, SubscriberFile
from waypost.monitor.store.opening import open_database, opened_to_read
from waypost.monitor.store.reading import read_history
from waypost.notify.channels.base import Channel, Composition, Means, TransportError
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.enqueue import plan_news, tell_news
from waypost.notify.outbox import Outbox
from waypost.notify.rules.operations import test_notice
from waypost.notify.rules.plan import Planned, message_id
from waypost.notify.worker import Courier, Reports, missing_variables
from waypost.problems import Refused, did_you_mean
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.snapshot import Snapshot, take_snapshot

log = logging.getLogger("waypost")

LOOK = timedelta(seconds=15)
"""How often a process that only delivers looks whether there is something new to tell."""


class UnknownSubscriber(Refused):
    """There is no such subscriber; the message names one that is near."""


@dataclass(frozen=True)
class Outcome:
    """What sending once came to."""

    notices: int
    deliveries: int
    """How many became due because of them."""
    tried: int
    """How many letters were sent or tried, with those that waited from before."""


def present_snapshot(site: Site, url: str, now: datetime) -> tuple[StatusSite, Snapshot]:
    """Return the status site and its page at a moment; raises ProblemsFound and StoreError."""
    project = load_project(site)
    words = site_words(project.language)
    return project.status, take_snapshot(project.status, read_history(url), now, words)


def unset_variables(site: Site) -> list[str]:
    """Return the environment variables that subscribers.yml names and that are not set; raises ProblemsFound."""
    return missing_variables(load_project(site).status.subscribers)


def deliver_once(site: Site, url: str, reports: Reports | None = None) -> Outcome:
    """Tell what is new and send all that is due; raises ProblemsFound and StoreError."""
    status, snapshot = present_snapshot(site, url, utc_now())
    with closing(open_database(url)) as database:
        outbox = Outbox(database)
        # It registers the subscribers, and only who is registered is told.
        with closing(Courier(outbox, status, reports=reports)) as courier:
            posted = tell_news(outbox, status, snapshot)
            tried = courier.drain()
    return Outcome(posted.notices, posted.deliveries, tried)


def deliver_until(
    site: Site,
    url: str,
    stop: threading.Event,
    broken: Callable[[Exception], None],
    reports: Reports | None = None,
) -> None:
    """Go on telling and sending until told to stop; what goes wrong on the way is reported, and tried again.

    Raises ProblemsFound and StoreError where it cannot even begin.
    """
    status, snapshot = present_snapshot(site, url, utc_now())
    with closing(open_database(url)) as database:
        outbox = Outbox(database)
        with Dispatch(outbox, reports or Reports()) as dispatch:
            dispatch.use(status)
            tell_news(outbox, status, snapshot)
            while not stop.wait(LOOK.total_seconds()):
                try:
                    status, snapshot = present_snapshot(site, url, utc_now())
                    dispatch.use(status)
                    tell_news(outbox, status, snapshot)
                except Exception as error:  # a file that is being written, or a database that is restarted
                    log.debug("Nothing could be told.", exc_info=True)
                    broken(error)


class Dispatch:
    """A courier in a thread of its own, so that nothing else waits for receivers."""

    def __init__(self, outbox: Outbox, reports: Reports) -> None:
        self._outbox = outbox
        self._reports = reports
        self._stop = threading.Event()
        self._known: StatusSite | None = None
        self._courier: Courier | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Dispatch:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def use(self, site: StatusSite) -> None:
        """Send to the subscribers of a site from now on; raises StoreError, and is tried again at the next call."""
        if site is self._known or (self._courier is None and not site.subscribers.subscribers):
            return
        if self._courier is None:
            self._courier = Courier(self._outbox, site, reports=self._reports)
            self._thread = threading.Thread(target=self._courier.run, args=(self._stop,), name="deliveries")
            self._thread.start()
        elif self._known is None or _route_of(site) != _route_of(self._known):
            self._courier.configure(site)
        self._known = site


def _route_of(site: StatusSite) -> tuple[SubscriberFile, PageConfig]:
    """Return what of a site sending depends on."""
    return site.subscribers, site.config.page


def preview(site: Site, url: str, now: datetime) -> tuple[list[Planned], list[Delivery], bool]:
    """Return what would be told now, what waits to be sent, and whether anything was ever told."""
    status, snapshot = present_snapshot(site, url, now)
    with opened_to_read(url) as database:
        outbox = Outbox(database) if database else None
        told = outbox.told() if outbox else Told()
        waiting = outbox.deliveries(state=DeliveryState.PENDING) if outbox else []
    return plan_news(status, snapshot, told), waiting, told.components is not None


def send_test(
    site: Site,
    url: str,
    name: str,
    environment: Mapping[str, str] = os.environ,
    channels: Mapping[str, Channel] = CHANNELS,
) -> str:
    """Send a real test to one subscriber, past the outbox; return its channel.

    Raises UnknownSubscriber, TransportError, ProblemsFound and StoreError.
    """
    now = utc_now()
    status, snapshot = present_snapshot(site, url, now)
    subscriber = find_subscriber(status, name)
    channel = channels[subscriber.kind]
    notice = test_notice(snapshot, subscriber.id, now)
    if notice.event not in channel.events:
        raise TransportError(f"{subscriber.kind} has no form for a test", permanent=True)
    identity = message_id(snapshot.page.url, notice.key)
    body = channel.compose(Composition(notice, snapshot, 0, identity))
    delivery = Delivery(
        0,
        0,
        subscriber.id,
        subscriber.kind,
        notice.event,
        str(notice.subject),
        identity,
        now,
        DeliveryState.PENDING,
        1,
        0,
    )
    refuse = refuser(status.subscribers.delivery.private_networks)
    page = status.config.page
    means = Means(status.subscribers, page.name, page.url, utc_now, refuse, environment)
    channel.send(Letter(delivery, body), subscriber, means)
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


class UnknownIncident(Refused):
    """No open incident, or several, have that name; the message lists those that are open."""
