from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from helpers.receivers import SECRET
from helpers.sites import wait_until
from helpers.status_world import site
from waypost.base.database import presence
from waypost.base.database.engine import DatabaseVanished
from waypost.formats.run_options import WhenVanished
from waypost.formats.subscribers import SubscriberFile
from waypost.monitor.store.opening import opened_to_write
from waypost.notify.dispatch import Dispatch
from waypost.notify.outbox import Outbox
from waypost.notify.worker import WorkerHooks


def endpoints_of(outbox: Outbox) -> list[str] | None:
    try:
        return [each.id for each in outbox.endpoints()]
    except DatabaseVanished:
        return None


def test_a_new_database_learns_of_the_subscribers_though_no_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr(presence, "LOOK_EVERY", 0.0)
    hook = {"id": "acme", "webhook": {"url": "https://acme.example/", "secret": "${HOOK_SECRET}"}}
    subscribers = TypeAdapter(SubscriberFile).validate_python({"subscribers": [hook]})
    status = replace(site(), subscribers=subscribers)
    path = tmp_path / "waypost.db"
    with opened_to_write(f"sqlite:///{path}", WhenVanished.NEW) as database:
        outbox = Outbox(database)
        with closing(Dispatch(outbox, WorkerHooks())) as dispatch:
            dispatch.use(status)
            path.unlink()
            wait_until(lambda: endpoints_of(outbox) == [], "there is a new database")
            dispatch.use(status)
            assert endpoints_of(outbox) == ["acme"]
