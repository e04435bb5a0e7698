"""Tell of what a publication shows: plan what is new, freeze its messages, and put all of it into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waypost.formats.notices import Batch, Posting, Told
from waypost.formats.status_site import StatusSite
from waypost.notify.channels.base import Channel, Composition
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.outbox import Outbox
from waypost.notify.rules.context import Look
from waypost.notify.rules.operations import known_states
from waypost.notify.rules.plan import Planned, plan
from waypost.status.rules.snapshot import Snapshot

FORMS = {kind: channel.events for kind, channel in CHANNELS.items()}
"""What each channel can tell of."""


@dataclass(frozen=True)
class Posted:
    """What became known at one look, and how many deliveries follow."""

    notices: int = 0
    deliveries: int = 0


def tell_news(outbox: Outbox, site: StatusSite, snapshot: Snapshot) -> Posted:
    """Put what is new into the outbox, in one transaction; nothing where a site has no subscribers.

    It may be called again at any time and by any number of processes: what was told is not told again. Only
    subscribers whose endpoints are registered are told; a courier registers them.
    """
    if not site.subscribers.subscribers:
        return Posted()
    # Most looks find nothing, and need not wait until nobody else writes.
    told = outbox.told()
    if (
        not plan_news(site, snapshot, told)
        and known_states(snapshot, told.components or {}) == told.components
    ):
        return Posted()
    return Posted(*outbox.tell(_batch(site, snapshot), snapshot.now))


def plan_news(site: StatusSite, snapshot: Snapshot, told: Told) -> list[Planned]:
    """Return what is new to whoever was told so much."""
    return plan(Look(snapshot, told, site.subscribers, site.cadence), FORMS)


def _batch(site: StatusSite, snapshot: Snapshot) -> Callable[[Told, int], Batch]:
    def make(told: Told, first: int) -> Batch:
        found = enumerate(plan_news(site, snapshot, told), start=first)
        return Batch(
            tuple(posting(item, snapshot, sequence) for sequence, item in found),
            known_states(snapshot, told.components or {}),
        )

    return make


def posting(
    item: Planned, snapshot: Snapshot, sequence: int, channels: Mapping[str, Channel] = CHANNELS
) -> Posting:
    """Freeze what goes out of a notice: one body for each channel that somebody is told over."""
    composition = Composition(item.notice, snapshot, sequence, item.message_id)
    kinds = dict.fromkeys(subscriber.kind for subscriber in item.recipients)
    return Posting(
        item.notice,
        item.message_id,
        {kind: channels[kind].compose(composition) for kind in kinds},
        tuple(subscriber.id for subscriber in item.recipients),
    )
