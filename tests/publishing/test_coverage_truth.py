"""A thousand random histories against what is published of them; the truth is counted minute by minute."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cache

import pytest
from lxml import html

from helpers.minute_oracle import (
    Truth,
    Windows,
    World,
    mean_of,
    moment,
    random_world,
    rows_of,
    site_of,
    truths_of,
)
from helpers.status_world import take_snapshot
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.waypost_json import waypost_document
from waypost.publishing.io.badges import badge_files
from waypost.publishing.pages.filters import bar_texts, uptime_columns
from waypost.publishing.pages.page_specs import month_uptimes
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.uptime import Uptimes, percentage

SEED = 20261130
HISTORIES, TOGETHER = 600, 25
SHOWN = ("24h", "7d", "30d", "90d")


def page_of(world: World) -> Snapshot:
    return take_snapshot(site_of(world), rows_of(world), moment(world.now))


def truths(world: World) -> dict[str, Windows]:
    parts = {part.id: truths_of(world, part) for part in world.parts}
    return {**parts, "Both": mean_of([parts["api"], parts["web"]]), "": mean_of(list(parts.values()))}


def check_model(found: Uptimes, truth: Windows, where: str) -> None:
    uptimes = {**found.windows, **found.months}
    assert list(found.months) == [name for name in truth if name[:2] == "20"], where
    for name, uptime in uptimes.items():
        assert percentage(uptime.ratio) == truth[name].percent(), f"{where} {name}"
        assert percentage(uptime.with_maintenance) == truth[name].percent(with_work=True), f"{where} {name}"


def check_document(found: Mapping[str, object], truth: Windows, where: str) -> None:
    uptime, coverage = found["uptime"], found["coverage"]
    assert isinstance(uptime, dict)
    assert isinstance(coverage, dict)
    months = [name for name in truth if name[:2] == "20"]
    assert {name: uptime[name] for name in SHOWN} == {name: truth[name].percent() for name in SHOWN}, where
    assert uptime["months"] == {name: truth[name].percent() for name in months}, where
    published = {**{name: coverage[name] for name in SHOWN}, **coverage["months"]}
    assert published == {
        name: {"percent": truth[name].coverage, "source": truth[name].source} for name in (*SHOWN, *months)
    }, where


def check_sentences(page: Snapshot, truth: Mapping[str, Windows], where: str) -> None:
    badges = badge_files(page)
    for component in page.components:
        windows = truth[component.id]
        whole, half = bar_texts(component, page.words)
        for text, name in ((whole, "90d"), (half, "45d")):
            sentence, _, note = text.caption.replace("\xa0", " ").partition(" · ")
            assert sentence == windows[name].sentence(name), f"{where} {component.id} {name}"
            assert note == ("maintenance left out" if leaves_out(windows[name]) else ""), where
            assert text.name.endswith(f" Uptime: {text.caption}."), where
        (title,) = html.fromstring(badges[f"badge/{component.id}-uptime.svg"]).xpath("//desc/text()")
        assert title.endswith(f"rounded down: {windows['90d'].sentence('90d')}"), where
    for name, uptimes in {**page.group_uptimes, "": page.uptimes}.items():
        columns = [column.sentence for column in uptime_columns(uptimes, page.words)[:4]]
        assert columns == [truth[name][window].sentence(window) for window in SHOWN], f"{where} {name}"
        months = [window for window in truth[name] if window[:2] == "20" and truth[name][window].is_known]
        assert [sentence for _, sentence in month_uptimes(uptimes, page.words)] == [
            truth[name][window].sentence(window) for window in months
        ], f"{where} {name}"


def leaves_out(truth: Truth) -> bool:
    return truth.is_known and truth.work > 0


@pytest.mark.parametrize("batch", range(HISTORIES // TOGETHER))
def test_every_figure_of_a_random_history_is_the_truth(batch: int) -> None:
    for number in range(batch * TOGETHER, (batch + 1) * TOGETHER):
        world = random_world(SEED + number)
        page, truth = page_of(world), truths(world)
        now, whole = now_document(page), waypost_document(page)
        for component in page.components:
            check_model(component.uptimes, truth[component.id], f"{SEED + number} {component.id}")
        check_model(page.group_uptimes["Both"], truth["Both"], f"{SEED + number} Both")
        check_model(page.uptimes, truth[""], f"{SEED + number} page")
        for document in (now, whole):
            check_document(document, truth[""], f"{SEED + number} page")
        for name, item in now["components"].items():
            check_document(item, truth[name], f"{SEED + number} {name}")
        for entry in (*whole["components"], *whole["groups"]):
            name = entry.get("id", entry["name"])
            check_document(entry, truth[name], f"{SEED + number} {name}")
        check_document(now["groups"]["Both"], truth["Both"], f"{SEED + number} Both")
        check_sentences(page, truth, f"{SEED + number}")


@cache
def many() -> tuple[World, ...]:
    return tuple(random_world(SEED + number) for number in range(HISTORIES))


def test_the_histories_have_all_that_they_should() -> None:
    worlds = many()
    updates = list(itertools.chain(*(story.updates for world in worlds for story in world.stories)))
    assert len({world.zone for world in worlds}) == 4
    assert sum(says == "withdrawn" for _, says, _ in updates) > 20
    assert sum("fax" in named for *_, named in updates) > 200
    assert sum("old-web" in named for *_, named in updates) > 50
    assert sum(len(world.works) > 1 for world in worlds) > 200
    assert sum(bool(world.reported) for world in worlds) > 200
    found = [
        truth for world in worlds[::12] for windows in truths(world).values() for truth in windows.values()
    ]
    for source in ("measured", "mixed", "written"):
        assert sum(truth.source == source and truth.is_known for truth in found) > 50, source
    assert sum(not truth.is_known and truth.sum() > 0 for truth in found) > 20
