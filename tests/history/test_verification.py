from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace as changed
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from helpers.histories import DAY, LINES, START, MemoryStore, quiet_days
from helpers.sites import minimal_site, replace
from helpers.stores import Store, confirm
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.history.history import export_history, seal_days
from waypost.history.rules.proof import chain
from waypost.history.verification import DATABASE, PUBLISHED, Verification, verify_history
from waypost.monitor.store.opening import opened_to_read, opened_to_write
from waypost.problems import ProblemsFound
from waypost.publishing.publish import publish
from waypost.reading.io.history_files import FOLDER
from waypost.reading.project import load_project
from waypost.reading.rules.history import merged
from waypost.reading.site import Site

WEB = Series("web", "http-1")
FIRST = START.date()
NOW = START + 4 * DAY + timedelta(hours=9, microseconds=123_456)
"""Four days are over; the microseconds are those of a real clock."""


def change(days: float, status: ComponentStatus, reason: str = "") -> StateChange:
    at = START + days * DAY
    return StateChange(WEB.component, WEB.check, at, status, at + timedelta(minutes=2), reason)


ROWS = merged(
    quiet_days(FIRST, 5, WEB),
    History(
        (
            change(1.5, ComponentStatus.MAJOR_OUTAGE, "HTTP status 503"),
            change(1.6, ComponentStatus.OPERATIONAL),
            change(3.2, ComponentStatus.PARTIAL_OUTAGE),
            change(3.25, ComponentStatus.OPERATIONAL),
        ),
        uplink=(UplinkGap(START + 2.5 * DAY, START + 2.6 * DAY),),
    ),
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    with opened_to_write(site.database_url) as found:
        store = Store(found)
        store.import_rows(ROWS)
        seal_days(store, NOW)
        yield store


def day(number: int) -> Any:
    return FIRST + number * DAY


def publish_at(site: Site, now: datetime) -> None:
    publish(site, load_project(site), now)
    # Files of the site were written before that, whatever the clock of this machine says.
    for path in (site.root / "status").rglob("*"):
        os.utime(path, (0, 0))


def verified(site: Site, now: datetime = NOW) -> Verification:
    with opened_to_read(site.database_url) as found:
        return verify_history(site, Store(found) if found else None, now)


def execute(store: Store, statement: str) -> None:
    """Change the database as somebody would who should not."""
    engine = sa.create_engine(f"sqlite:///{store_path(store)}")
    with engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount == 1
    engine.dispose()


def store_path(store: Store) -> str:
    return next(
        part for part in repr(store.database).replace("'", " ").split() if "waypost.db" in part
    ).removeprefix("sqlite:///")


def test_what_was_published_follows_from_the_rows(site: Site, store: Store) -> None:
    export_history(site, store, day(3))
    publish_at(site, NOW)
    found = verified(site)
    assert found.is_proven
    assert [(proof.source, proof.days, proof.first, proof.last) for proof in found.chains] == [
        (DATABASE, 4, day(0), day(3)),
        (FOLDER, 4, day(0), day(3)),
    ]
    assert found.percentages.compared > 8
    assert (found.percentages.differences, found.percentages.unknown, found.changed, found.notes) == (
        (),
        (),
        (),
        (),
    )


def test_it_still_follows_when_more_was_measured_since(site: Site, store: Store) -> None:
    publish_at(site, NOW)
    late = change(4.5, ComponentStatus.MAJOR_OUTAGE)
    began_before = changed(late, at=NOW - timedelta(minutes=1), confirmed_at=NOW + timedelta(minutes=1))
    store.import_rows(
        merged(quiet_days(FIRST, 7, WEB), History((late, began_before), uplink=(UplinkGap(NOW, NOW + DAY),)))
    )
    seal_days(store, NOW + 3 * DAY)
    assert verified(site, NOW + 3 * DAY).is_proven


TOUCHED = {
    "a changed row": ("UPDATE state_change SET status = status + 1 WHERE reason = 'HTTP status 503'", 1),
    "a row that began later": ("UPDATE state_change SET at = at + 1000 WHERE reason = 'HTTP status 503'", 1),
    "a removed row": ("DELETE FROM state_change WHERE reason = 'HTTP status 503'", 1),
    "an added row": (
        'INSERT INTO uplink_gap (region, start, "end") SELECT \'eu\', start, "end" FROM uplink_gap',
        2,
    ),
    "watched time that was cut off": ("UPDATE coverage SET start = start + 1000", 0),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_a_touched_database_is_found_with_its_day(site: Site, store: Store, what: str) -> None:
    statement, number = TOUCHED[what]
    execute(store, statement)
    found = verified(site)
    assert not found.is_proven
    [proof] = found.chains
    assert [link.day for link in proof.broken] == [day(number)]


def test_a_digest_that_was_removed_is_found(site: Site, store: Store) -> None:
    execute(store, "DELETE FROM digest WHERE day = '2026-10-31'")
    [proof] = verified(site).chains
    assert [(link.day, link.kept) for link in proof.broken] == [(day(1), "")]


def test_a_database_that_was_sealed_anew_is_found_by_the_digests_in_git(site: Site, store: Store) -> None:
    export_history(site, store, day(3))
    rows = merged(ROWS)
    forged = MemoryStore(
        History(tuple(row for row in rows.changes if not row.reason), rows.coverage, rows.uplink)
    )
    seal_days(forged, NOW)
    found = verify_history(site, forged, NOW)
    database, text = found.chains
    assert (database.broken, text.broken) == ((), ()), "each of them is whole by itself"
    assert [item.day for item in found.disagreements] == [day(1), day(2), day(3)]
    assert not found.is_proven


def test_a_table_that_was_changed_is_found_without_a_database(site: Site) -> None:
    memory = MemoryStore(ROWS)
    seal_days(memory, NOW)
    export_history(site, memory, day(3))
    assert [(proof.source, proof.broken) for proof in verified(site).chains] == [(FOLDER, ())]
    table = site.root / "status/history" / f"{day(1):%Y-%m}" / "changes.tsv"
    replace(table, "HTTP status 503", "HTTP status 502")
    [proof] = verified(site).chains
    assert [link.day for link in proof.broken] == [day(1)]


def edit(site: Site, change: Any) -> None:
    path = site.root / PUBLISHED
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_an_outage_that_was_taken_away_shows_in_the_percentages(site: Site, store: Store) -> None:
    publish_at(site, NOW)
    execute(store, "DELETE FROM state_change WHERE reason = 'HTTP status 503'")
    found = verified(site)
    assert not found.is_proven
    places = {
        item.what.split(".")[1]
        for item in found.percentages.differences
        if item.what.startswith("components")
    }
    assert places == {"web"}
    assert found.changed == ()
    assert found.rows_begin == day(0)


def test_a_written_file_that_was_changed_is_named_beside_the_difference(site: Site, store: Store) -> None:
    publish_at(site, NOW)
    path = site.root / "status/status.yml"
    replace(path, "slo: 99.9", "slo: 99.9, weights: {partial_outage: 1}")
    late = (NOW + timedelta(hours=1)).timestamp()
    os.utime(path, (late, late))
    found = verified(site)
    assert found.percentages.differences
    assert found.changed == ("status/status.yml",)


def test_a_component_that_is_gone_cannot_be_compared(site: Site, store: Store) -> None:
    publish_at(site, NOW)
    edit(site, lambda document: document["components"].update(gone=document["components"]["web"]))
    found = verified(site)
    assert found.is_proven
    assert all(place.startswith("components.gone.") for place in found.percentages.unknown)
    assert any("is no longer in status/status.yml" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (None, "There is no site/status/now.json"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"made_at": "soon"}', "does not say when it was made"),
        ('{"made_at": "2026-11-03T09:00:00.000Z"}', "holds no percentages"),
    ],
)
def test_a_publication_that_cannot_be_compared_is_said(
    site: Site, store: Store, text: str | None, note: str
) -> None:
    path = site.root / PUBLISHED
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text, encoding="utf-8")
    found = verified(site)
    assert found.is_proven
    assert [sentence for sentence in found.notes if note in sentence]
    assert found.percentages.compared == 0


def test_what_is_not_sealed_is_said(site: Site, store: Store) -> None:
    assert len(verified(site, NOW + 2 * DAY).notes) == 1, "history follows no other day"
    confirm(store, NOW + 2 * DAY)
    [note, _] = verified(site, NOW + 2 * DAY).notes
    assert note == f"{DATABASE}: {day(4)} to {day(5)} not sealed yet."
    store.import_rows(quiet_days(FIRST - 3 * DAY, 3, WEB))
    notes = verified(site).notes
    assert (
        notes[0]
        == f"{DATABASE}: days before {day(0)} have rows, but were never sealed, the first is {day(-3)}."
    )


def test_digests_of_two_databases_prove_nothing_together(site: Site) -> None:
    for rows in (ROWS, quiet_days(FIRST, 2, LINES[1])):
        memory = MemoryStore(rows)
        seal_days(memory, NOW)
        export_history(site, memory, day(3))
    found = verified(site)
    assert found.is_proven
    assert found.chains[0].days == 0
    assert f"{FOLDER}: {day(0)} to {day(3)} have digests of several databases" in found.notes[0]


def test_an_empty_site_has_nothing_to_prove(site: Site) -> None:
    found = verified(site)
    assert found.is_proven
    assert found.notes[0] == f"{FOLDER}: there is no row yet."
    with opened_to_write(site.database_url) as empty:
        Store(empty).import_rows(ROWS)
    notes = verified(site).notes
    assert notes[0] == f"{DATABASE}: there is no digest, so nothing of it can be proven yet."


def test_the_chain_of_the_database_is_that_of_its_rows(store: Store) -> None:
    assert store.digests() == chain(ROWS, day(0), day(3))


def test_a_broken_site_is_no_verdict(site: Site) -> None:
    replace(site.root / "status/status.yml", "page:", "pgae:")
    with pytest.raises(ProblemsFound):
        verified(site)
