from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.sites import fingerprint, minimal_site, replace
from waypost.authoring.incidents import (
    NewIncident,
    PlannedIncident,
    new_update,
    plan_open,
    plan_resolve,
    plan_update,
)
from waypost.authoring.io.incident_edit import INCIDENTS, read_file
from waypost.authoring.io.planned_files import AlreadyThere, write_planned
from waypost.authoring.rules.incident_texts import NewUpdate
from waypost.base.files.languages import load_words
from waypost.build import build_site
from waypost.formats.article import ArticleFrontMatter
from waypost.formats.status import ComponentStatus, Impact, Incident, UpdateStatus
from waypost.formats.status_site import History
from waypost.lint.lint import lint
from waypost.problems import ProblemsFound, errors
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.reading.status import list_incidents
from waypost.status.rules.snapshot import take_snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = "2026-11-20-pages-do-not-open"
WEB = {"web": ComponentStatus.PARTIAL_OUTAGE}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture
def file(site: Site) -> Path:
    """Return the file of an open incident."""
    return open_incident(site, NewIncident("Pages do not open", WEB), "They stay white.", NOW)


def done(planned: PlannedIncident) -> PlannedIncident:
    write_planned(planned.files)
    return planned


def open_incident(
    site: Site, new: NewIncident, message: str, now: datetime, next_update: timedelta | None = None
) -> Path:
    return done(plan_open(site, new, message, now, next_update)).file


def update_incident(site: Site, name: str, update: NewUpdate) -> Incident:
    return done(plan_update(site, name, update)).incident


def resolve_incident(
    site: Site, name: str, update: NewUpdate, *, draft_article: bool = False, category: str | None = None
) -> PlannedIncident:
    return done(plan_resolve(site, name, update, draft_article=draft_article, category=category))


def present_incident(site: Site, name: str, *, is_over: bool = False) -> Incident:
    return read_file(site.root, INCIDENTS, name, is_over=is_over).item


def next_update(status: str, message: str, minutes: int = 1) -> NewUpdate:
    return new_update(UpdateStatus(status), message, NOW + minutes * MINUTE)


def test_an_incident_is_opened_with_what_is_known(site: Site) -> None:
    states = {"web": ComponentStatus.MAJOR_OUTAGE, "mail": ComponentStatus.OPERATIONAL}
    new = NewIncident("Pages: do not open", states, Impact.MAJOR, NOW - 20 * MINUTE)
    path = open_incident(site, new, "They stay $title white.\n\nAll of them.", NOW, 30 * MINUTE)
    assert path.name == "2026-11-20-pages-do-not-open.md"
    [found] = [item for item in list_incidents(site, NOW).incidents if item.id == path.stem]
    assert (found.title, found.impact) == ("Pages: do not open", Impact.MAJOR)
    assert dict(found.components) == {"web": "major_outage", "mail": "operational"}
    assert found.started == NOW - 20 * MINUTE
    [update] = found.updates
    assert (update.status, update.at) == ("investigating", NOW)
    assert update.body == "They stay $title white.\n\nAll of them."
    assert update.next_update_by == NOW + 30 * MINUTE
    assert errors(lint(site, NOW + MINUTE)) == []


@pytest.mark.parametrize(
    ("components", "message", "words"),
    [
        (["wbe"], "x", r"unknown-component: There is no component 'wbe'.* Did you mean 'web'\?"),
        (["web", "x", "y"], "m", r"(?s)'x'.*'y'"),
        (["web"], "", "This update says nothing"),
        (["web"], "  \n ", "This update says nothing"),
        (["web"], "a\x07b", "control character U\\+0007"),
        (["web"], "a\udc9bb", "not text in UTF-8"),
        (["web"], "a\n## b", "is not one of the form"),
        (["web"], "a\n## identified · 2026-11-20T23:00:00+00:00\nb", "holds a second update"),
        (["web"], "x" * 10_001, "too long"),
        (["web"], "Next update by noon", "promised time cannot be read"),
    ],
)
def test_what_could_not_be_read_back_is_refused_before_anything_is_written(
    components: list[str], message: str, words: str, site: Site
) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound, match=words):
        open_incident(
            site,
            NewIncident("Pages do not open", dict.fromkeys(components, ComponentStatus.PARTIAL_OUTAGE)),
            message,
            NOW,
        )
    assert fingerprint(site.root) == before


def test_an_incident_of_the_same_day_and_title_is_another_one(site: Site, file: Path) -> None:
    before = file.read_bytes()
    paths = [
        open_incident(site, NewIncident(title, WEB), "Again.", NOW)
        for title in ("Pages do not open!", "Pages do not open")
    ]
    assert [path.stem for path in paths] == [f"{NAME}-2", f"{NAME}-3"]
    assert file.read_bytes() == before


def test_titles_of_other_scripts_have_addresses_that_can_be_read(site: Site) -> None:
    titles = ("הדפים לא נפתחים", "页面打不开", "ページが開かない")
    paths = [open_incident(site, NewIncident(title, WEB), "Now.", NOW) for title in titles]
    assert [path.stem for path in paths] == [
        f"2026-11-20-{words}" for words in ("hdfym-l-nfthym", "yemiandabukai", "pejigakaikanai")
    ]
    found = {item.id: item.title for item in list_incidents(site, NOW).incidents}
    assert [found[path.stem] for path in paths] == [*titles]


def test_updates_are_added_and_every_byte_before_stays(site: Site, file: Path) -> None:
    for minute, status in enumerate(("identified", "monitoring", "resolved", "postmortem"), start=1):
        before = file.read_bytes()
        incident = update_incident(site, NAME, next_update(status, f"It is {status}.\n\n- a\n- b", minute))
        assert file.read_bytes().startswith(before)
        assert [update.status for update in incident.updates][-1] == status
        assert load_project(site).status.incidents[-1] == incident
    assert errors(lint(site, NOW + 10 * MINUTE)) == []


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("tail", [b"", b"END", b"ENDEND", b"  END"])
def test_line_ends_and_a_byte_order_mark_are_kept(
    head: bytes, end: bytes, tail: bytes, site: Site, file: Path
) -> None:
    text = file.read_bytes().rstrip().replace(b"\n", end)
    written = head + text + tail.replace(b"END", end)
    file.write_bytes(written)
    update_incident(site, NAME, next_update("identified", "One.\nTwo."))
    added = file.read_bytes().removeprefix(written)
    assert file.read_bytes().startswith(written)
    assert added.replace(end, b"").count(b"\r") == added.replace(end, b"").count(b"\n") == 0
    assert added.endswith(b"One." + end + b"Two." + end)


REFUSED = {
    "back_in_time": (next_update("identified", "x", -5), "not later than the one above"),
    "no_words": (next_update("identified", ""), "says nothing"),
    "a_heading": (next_update("identified", "a\n## b"), "not one of the form"),
    "another_update": (
        next_update("identified", "a\n## resolved · 2026-11-21T10:00:00+00:00\nb"),
        "one update",
    ),
    "another_promise": (
        new_update(
            UpdateStatus.IDENTIFIED,
            "We look.\n\nNext update by 2026-11-20T20:00:00+00:00",
            NOW + MINUTE,
            30 * MINUTE,
        ),
        "one update",
    ),
    "control": (next_update("identified", "\x1b[2J"), r"U\+001B"),
    "undecodable": (next_update("identified", "\udcff"), "UTF-8"),
    "postmortem_too_early": (next_update("postmortem", "x"), "after the incident is resolved"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_update_that_would_spoil_the_file_is_refused(name: str, site: Site, file: Path) -> None:
    update, words = REFUSED[name]
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound, match=words):
        update_incident(site, file.name, update)
    assert fingerprint(site.root) == before


def test_after_the_end_nothing_is_resolved_again(site: Site, file: Path) -> None:
    resolve_incident(site, NAME, next_update("resolved", "Done."))
    before = file.read_bytes()
    with pytest.raises(ProblemsFound, match="The incident is resolved already"):
        update_incident(site, NAME, next_update("resolved", "x", 2))
    assert file.read_bytes() == before
    update_incident(site, NAME, next_update("postmortem", "What we learnt.", 2))


def test_a_code_block_that_is_open_swallows_no_update(site: Site, file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"```\nlog\n")
    before = file.read_bytes()
    with pytest.raises(ProblemsFound, match="close the code blocks"):
        update_incident(site, NAME, next_update("identified", "x"))
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("web: partial", "gone: partial", "There is no component 'gone'"),
        ("impact: minor", "impact: huge", "impact"),
        ("## investigating", "# investigating", "update-heading"),
    ],
)
def test_a_file_that_is_wrong_already_is_told_of_and_left(
    old: str, new: str, words: str, site: Site, file: Path
) -> None:
    replace(file, old, new)
    before = file.read_bytes()
    with pytest.raises(ProblemsFound, match=words):
        update_incident(site, NAME, next_update("identified", "x"))
    assert file.read_bytes() == before


def test_an_incident_can_be_updated_while_an_article_is_broken(site: Site, file: Path) -> None:
    (site.root / "content/start/first.md").write_text("broken", encoding="utf-8")
    update_incident(site, NAME, next_update("identified", "x"))
    resolve_incident(site, NAME, next_update("resolved", "x", 2))
    assert b"## resolved" in file.read_bytes()


def test_two_updates_in_one_second_get_different_times(site: Site, file: Path) -> None:
    update_incident(site, NAME, next_update("identified", "x", 0))
    incident = resolve_incident(site, NAME, next_update("resolved", "y", 0)).incident
    assert [update.at - NOW for update in incident.updates] == [
        timedelta(seconds=second) for second in range(3)
    ]
    with pytest.raises(ProblemsFound, match="not later"):
        update_incident(site, NAME, new_update(UpdateStatus.POSTMORTEM, "z", NOW - timedelta(seconds=3)))


@pytest.mark.parametrize(
    "name",
    [NAME, f"{NAME}.md", f"status/incidents/{NAME}.md", "pages-do-not-open", "pages", "PAGES-do", "11-20"],
)
def test_any_part_of_the_name_will_do(name: str, site: Site, file: Path) -> None:
    assert present_incident(site, name).id == file.stem


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pages-do-not-opne", f"There is no incident 'pages-do-not-opne'. Did you mean '{NAME}'?"),
        ("xyz", f"There is no incident 'xyz'. Incidents: 2026-10-02-mail-arrives-late, {NAME}."),
        ("", "There is no incident ''. Incidents: "),
        ("../status", "There is no incident '../status'."),
    ],
)
def test_the_candidates_are_named_otherwise(name: str, words: str, site: Site, file: Path) -> None:
    del file
    with pytest.raises(ProblemsFound) as raised:
        present_incident(site, name)
    assert words in str(raised.value)


def test_a_whole_name_wins_over_a_part_of_another(site: Site, file: Path) -> None:
    other = open_incident(site, NewIncident("Pages do not open again", WEB), "x", NOW)
    assert present_incident(site, "pages-do-not-open").id == file.stem
    assert present_incident(site, "again").id == other.stem


def test_a_link_inside_of_the_site_stays_a_link(site: Site, file: Path) -> None:
    target = site.root / "status" / "elsewhere.txt"
    file.rename(target)
    file.symlink_to(target)
    update_incident(site, NAME, next_update("identified", "x"))
    assert file.is_symlink()
    assert b"## identified" in target.read_bytes()


# What is left of an incident


def draft_of(site: Site, **options: str) -> Path:
    done = resolve_incident(
        site, NAME, next_update("resolved", "We fixed it."), draft_article=True, **options
    )  # type: ignore[arg-type]
    assert done.article
    return done.article


def test_a_draft_is_left_where_the_components_are_written_about(site: Site, file: Path) -> None:
    before = file.read_bytes()
    article = draft_of(site)
    assert article == site.root / "content/start/known-pages-do-not-open.md"
    project = load_project(site)
    page = project.help_center.drafts["start/known-pages-do-not-open.md"]
    assert isinstance(page.front, ArticleFrontMatter)
    assert (page.title, page.kind, page.front.draft) == ("Pages do not open", "troubleshooting", True)
    assert (page.front.summary, page.front.components) == ("They stay white.", ("web",))
    assert str(page.front.reviewed) == "2026-11-20"
    for part in ("They stay white.", "We fixed it.", f"(../../status/incidents/{NAME}/)", "TODO: say how"):
        assert part in page.body
    assert errors(lint(site, NOW + 10 * MINUTE)) == []
    after = file.read_bytes()
    assert b"articles: [start/known-pages-do-not-open.md]\n---\n" in after
    assert after.replace(b"articles: [start/known-pages-do-not-open.md]\n", b"").startswith(before)


def test_a_draft_is_seen_nowhere_until_somebody_publishes_it(site: Site, file: Path) -> None:
    article = draft_of(site)
    report = build_site(site, NOW + 10 * MINUTE)
    assert report.warnings == ()
    assert [path for path in site.output.rglob("*") if "known-" in str(path)] == []
    texts = [
        path for path in site.output.rglob("*") if path.is_file() and b"/known-pages" in path.read_bytes()
    ]
    assert texts == []
    text = article.read_text(encoding="utf-8")
    article.write_text("".join(line for line in text.splitlines(True) if not line.startswith("draft:")))
    report = build_site(site, NOW + 10 * MINUTE)
    assert report.warnings == ()
    page = site.output / "start/known-pages-do-not-open/index.html"
    assert f"../../status/incidents/{file.stem}/" in page.read_text(encoding="utf-8")
    incident = site.status_output / "incidents" / file.stem / "index.html"
    assert "start/known-pages-do-not-open/" in incident.read_text(encoding="utf-8")


def test_a_workaround_becomes_the_step(site: Site, file: Path) -> None:
    del file
    update_incident(site, NAME, next_update("identified", "In the meantime:\n\n- reload\n- wait"))
    done = resolve_incident(site, NAME, next_update("resolved", "Done.", 2), draft_article=True)
    assert done.article
    text = done.article.read_text(encoding="utf-8")
    assert "1.  In the meantime:\n\n    - reload\n    - wait\n" in text
    assert "TODO: say how" not in text
    assert errors(lint(site, NOW + 10 * MINUTE)) == []


def test_an_article_that_is_there_is_never_overwritten(site: Site, file: Path) -> None:
    (site.root / "content/start/known-pages-do-not-open.md").write_text(
        "---\ntitle: Mine\nsummary: Mine.\n---\nMine.\n", encoding="utf-8"
    )
    before = fingerprint(site.root)
    with pytest.raises(AlreadyThere, match="known-pages-do-not-open"):
        draft_of(site)
    assert fingerprint(site.root) == before, "the incident is not resolved by half"
    assert b"resolved" not in file.read_bytes()


def test_a_category_can_be_chosen_and_must_be_there(site: Site, file: Path) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound, match=r"There is no category 'pay'\. Categories: start\."):
        draft_of(site, category="pay")
    assert fingerprint(site.root) == before
    (site.root / "content/pay").mkdir()
    (site.root / "content/pay/index.md").write_text(
        "---\ntitle: Pay\nkind: category\n---\n", encoding="utf-8"
    )
    assert draft_of(site, category="pay").parent.name == "pay"
    assert b"articles: [pay/known-" in file.read_bytes()


def test_articles_that_the_incident_names_are_left_to_a_person(site: Site, file: Path) -> None:
    replace(file, "impact: minor", "impact: minor\narticles: [start/first.md]")
    done = resolve_incident(site, NAME, next_update("resolved", "Done."), draft_article=True)
    assert (done.is_named, done.incident.articles) == (False, ("start/first.md",))
    assert errors(lint(site, NOW + 10 * MINUTE)) == []


@pytest.mark.parametrize(
    "message", ["Use {{ name }}.", "<script>x</script>", "---\nx: y\n---", "1. a\n\n```\nx\n```"]
)
def test_whatever_customers_were_told_the_draft_is_valid(message: str, site: Site) -> None:
    open_incident(site, NewIncident("Pages do not open", WEB), message, NOW)
    article = draft_of(site)
    assert errors(lint(site, NOW + 10 * MINUTE)) == []
    assert "<script>" not in article.read_text(encoding="utf-8").partition("---\n")[2].partition("---\n")[2]


def test_incidents_are_listed_newest_first(site: Site, file: Path) -> None:
    assert [item.id for item in list_incidents(site, NOW).incidents] == [
        file.stem,
        "2026-10-02-mail-arrives-late",
    ]
    replace(site.root / "status/incidents/2026-10-02-mail-arrives-late.md", "mail:", "male:")
    with pytest.raises(ProblemsFound, match="'male'"):
        list_incidents(site, NOW)


FUTURE = """\
---
title: Pages of tomorrow do not open
impact: minor
components: {web: partial_outage}
---
## investigating · 2026-11-21T10:00:00+00:00
Not yet.
"""


def test_what_is_listed_as_open_is_what_the_page_shows_as_open(site: Site, file: Path) -> None:
    (site.root / "status/incidents/2026-11-21-tomorrow.md").write_text(FUTURE, encoding="utf-8")
    with file.open("a", encoding="utf-8") as text:
        text.write("\n## resolved · 2026-11-20T18:00:00+00:00\nIt will be well at six.\n")
    project = load_project(site)
    for now in (NOW, NOW + timedelta(hours=7), NOW + timedelta(days=2)):
        page = take_snapshot(project.status, History(), now, load_words("en"))
        listed = list_incidents(site, now, resolved=False).incidents
        assert listed == tuple(item for item in page.active if not item.automatic), now
    every = {item.id: item for item in list_incidents(site, NOW).incidents}
    assert {"2026-11-21-tomorrow", file.stem} < {*every}
    assert every[file.stem].resolved_at is None, "nobody can read that yet"


def test_of_several_incidents_the_open_one_is_meant(site: Site, file: Path) -> None:
    folder = file.parent
    old = folder / "2026-11-10-pages-do-not-open.md"
    closed = file.read_text(encoding="utf-8").replace("2026-11-20", "2026-11-10")
    old.write_text(f"{closed}\n## resolved · 2026-11-10T18:00:00+00:00\nWell.\n", encoding="utf-8")
    for name in ("pages-do-not-open", "pages", "open"):
        assert present_incident(site, name).id == file.stem, name
        assert present_incident(site, name, is_over=True).id == old.stem, name
    assert present_incident(site, old.stem).id == old.stem, "a whole name means its own file"
    (folder / "2026-11-12-pages-are-slow.md").write_text(closed, encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"several incidents.*: 2026-11-12-pages-are-slow, 2026-11-20"):
        present_incident(site, "pages")
    for path in (file, folder / "2026-11-12-pages-are-slow.md"):
        path.unlink()
    assert present_incident(site, "pages").id == old.stem, "a postmortem comes when it is over"
