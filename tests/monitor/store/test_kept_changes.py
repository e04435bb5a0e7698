"""A process that stays reads only the changes that are new, and notices whatever happened to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.stores import Store
from waypost.base.database.schema import series, state_change
from waypost.formats.status import ComponentStatus, StateChange
from waypost.formats.status_site import History
from waypost.monitor.store import kept_changes
from waypost.monitor.store.codec import STATUS_NUMBERS
from waypost.monitor.store.kept_changes import KeptChanges
from waypost.monitor.store.reading import read_history

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GOOD, BAD = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE


def change(minute: int, name: str = "web", status: ComponentStatus = BAD, reason: str = "503") -> StateChange:
    at = NOON + minute * MINUTE
    return StateChange(name, "http-1", at - MINUTE, status, at, reason)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    add(opened, change(0), change(1, status=GOOD), change(1, "api"), change(9))
    yield opened
    opened.close()


def add(store: Store, *rows: StateChange) -> None:
    store.import_rows(History(rows))


def execute(store: Store, statement: sa.Executable) -> None:
    with store.database.write() as connection:
        connection.execute(statement)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """When each row that was read had been confirmed, in minutes from noon."""
    found: list[int] = []
    real = kept_changes.change_of

    def spy(*values: object) -> StateChange:
        row = real(*values)  # type: ignore[arg-type]  # handed on
        found.append((row.confirmed_at - NOON) // MINUTE)
        return row

    monkeypatch.setattr(kept_changes, "change_of", spy)
    return found


def test_only_new_rows_are_read(store: Store, database_url: str, made: list[int]) -> None:
    kept = KeptChanges()
    first = read_history(database_url, kept=kept).changes
    assert first == read_history(database_url).changes
    assert made == [0, 1, 1, 9] * 2
    made.clear()
    assert read_history(database_url, kept=kept).changes is first
    add(store, change(10, "new"), change(11))
    assert read_history(database_url, kept=kept).changes == (*first, change(10, "new"), change(11))
    assert made == [10, 11]


def ms(minute: int) -> int:
    return int((NOON + minute * MINUTE).timestamp() * 1000)


_FIRST = state_change.c.confirmed_at == ms(0)

HAPPENINGS: dict[str, Callable[[Store], object]] = {
    "a row came in late": lambda store: add(store, change(-5)),
    "a row of another region came in late": lambda store: add(store, change(9, "zone")),
    "a row was removed": lambda store: execute(store, state_change.delete().where(_FIRST)),
    "a state was replaced": lambda store: execute(
        store, state_change.update().where(_FIRST).values(status=STATUS_NUMBERS[GOOD])
    ),
    "a reason was replaced": lambda store: execute(
        store, state_change.update().where(_FIRST).values(reason="timed out")
    ),
    "two starts were swapped": lambda store: [
        execute(store, state_change.update().where(state_change.c.at == was).values(at=becomes))
        for start, later in [(ms(-1), ms(8))]
        for was, becomes in [(start, 7), (later, start), (7, later)]
    ],
    "a series was renamed": lambda store: execute(
        store, series.update().where(series.c.component == "api").values(component="app")
    ),
    "all are gone": lambda store: execute(store, state_change.delete()),
}


@pytest.mark.parametrize("happening", HAPPENINGS.values(), ids=HAPPENINGS)
def test_whatever_happens_to_rows_that_were_read_is_noticed(
    store: Store, database_url: str, happening: Callable[[Store], object]
) -> None:
    kept = KeptChanges()
    before = read_history(database_url, kept=kept).changes
    happening(store)
    found = read_history(database_url, kept=kept).changes
    assert found == read_history(database_url).changes != before
    add(store, change(20))
    assert read_history(database_url, kept=kept).changes == (*found, change(20))


@pytest.mark.usefixtures("store")
def test_another_database_in_its_place_is_read(database_url: str, tmp_path: Path) -> None:
    kept = KeptChanges()
    read_history(database_url, kept=kept)
    url = f"sqlite:///{tmp_path}/another.db"
    other = Store(url)
    add(other, change(3, "mail"))
    other.close()
    assert read_history(url, kept=kept).changes == (change(3, "mail"),)
    assert len(read_history(database_url, kept=kept).changes) == 4
