from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import feedparser
import pytest

from helpers.sites import fingerprint, minimal_site, replace
from waypost.base.files.languages import load_words
from waypost.build import build_site
from waypost.formats.status_config import PageConfig
from waypost.formats.theme import Theme
from waypost.publishing.api.statuspage import DESCRIPTIONS
from waypost.publishing.io.theme_assets import script_words, status_assets
from waypost.publishing.pages.render import SHELL_PATH, default_shell, shell_language
from waypost.publishing.publish import publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
INCIDENT = "incidents/2026-10-02-mail-arrives-late/index.html"
WORK = "maintenance/2026-10-18-new-disks/index.html"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


def speak(site: Site, language: str) -> None:
    replace(site.root / "mkdocs.yml", "name: material", f"name: material, language: {language}")


class Shown(HTMLParser):
    """What a page shows or reads aloud, but for what was written as content."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.language = ""
        self._parts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(" ".join(self._parts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.language = values["lang"] or ""
        self._parts += [values[key] or "" for key in ("aria-label", "title") if key in values]

    def handle_data(self, data: str) -> None:
        self._parts.append(data)


def shown(site: Site, path: str) -> Shown:
    return Shown(site.status_output / path)


GERMAN = {
    # A page, and what stands on it.
    "index.html": [
        *("Zurzeit haben wir keine Messwerte", "Zeitzone: ", "Komponenten", "Keine Daten", "heute"),
        *("Die letzten 90 Tage: ", "Letzte zwei Wochen", "Atom-Feed", "Für Programme: summary.json"),
        *("Zum Inhalt", "Farben wie im System"),
    ],
    "history/index.html": ["Störungen und Wartungen", "Oktober 2026", "Behoben", "So., 18. Okt., "],
    INCIDENT: ["Störungen", "Meldungen", "Behoben", "2. Okt., ", "Wird untersucht", "Auswirkung: "],
    WORK: ["Wartung", "Geplant", "Kalender der geplanten Wartungen", " Uhr"],
}
ENGLISH = (
    *("Status page", "Components", "Updates", "Resolved", "Investigating", "Maintenance", "No data", "today"),
    *("Incidents", "Times in", "Past two weeks", "October", "Skip to", "Completed", "Follow"),
)


@pytest.mark.parametrize("path", GERMAN)
def test_a_german_site_has_german_status_pages(path: str, site: Site) -> None:
    speak(site, "de")
    build_site(site, NOW)
    page = shown(site, path)
    assert page.language == "de"
    assert [text for text in GERMAN[path] if text not in page.text] == []
    assert [word for word in ENGLISH if word in page.text] == []


def test_everything_else_that_is_published_speaks_german_too(site: Site) -> None:
    speak(site, "de")
    build_site(site, NOW)
    now = json.loads((site.status_output / "now.json").read_bytes())
    assert now["headline"] == "Zurzeit haben wir keine Messwerte"
    feed = feedparser.parse((site.status_output / "feed.atom").read_bytes())
    assert (feed.feed.language, feed.feed.subtitle) == ("de", "Störungen und Wartungen: Example status")
    assert {title.split("]")[0] for title in (entry.title for entry in feed.entries)} >= {
        "[Behoben",
        "[Geplant",
    }
    assert b"CATEGORIES:Wartung" in (site.status_output / "maintenance.ics").read_bytes()
    words = (site.status_output / "assets" / "words.js").read_bytes()
    assert words == script_words(load_words("de"))
    assert (site.output / "assets" / "waypost" / "words.js").read_bytes() == words
    status = json.loads((site.status_output / "api" / "v2" / "status.json").read_bytes())
    assert status["status"]["description"] == DESCRIPTIONS[status["status"]["indicator"]]


def test_publishing_alone_keeps_the_language_of_the_build(site: Site) -> None:
    speak(site, "de")
    build_site(site, NOW)
    built = fingerprint(site.status_output)
    assert publish(site, load_project(site), NOW).changed == ()
    assert fingerprint(site.status_output) == built
    replace(site.root / "mkdocs.yml", "language: de", "language: en")
    assert publish(site, load_project(site), NOW).changed == (), "only a build reads mkdocs.yml"
    build_site(site, NOW)
    assert shown(site, "index.html").language == "en"
    assert json.loads((site.status_output / "now.json").read_bytes())["headline"].startswith("We have")


@pytest.mark.parametrize("language", ["fr", "xx-none", None])
def test_a_language_that_waypost_does_not_speak_is_english(language: str | None, site: Site) -> None:
    if language == "fr":
        speak(site, language)
        build_site(site, NOW)
    elif language:
        build_site(site, NOW)
        replace(site.status_output / SHELL_PATH, 'lang="en"', f'lang="{language}"')
    publish(site, load_project(site), NOW)
    page = shown(site, "index.html")
    assert "We have no measurements right now" in page.text
    assert json.loads((site.status_output / "now.json").read_bytes())["headline"].startswith("We have")


SHELLS = {
    # The beginning of a shell, and the language it is in.
    "german": ('<!doctype html>\n<html lang="de" class="no-js">', "de"),
    "german_alone": ('\n<!doctype html><html lang="de">', "de"),
    "english": ('<!doctype html>\n<html lang="en" class="no-js">', "en"),
    "unknown": ('<!doctype html>\n<html lang="tlh">', "en"),
    "with_a_region": ('<!doctype html>\n<html lang="de-AT">', "en"),
    "a_path": ('<!doctype html>\n<html lang="../../../etc/de">', "en"),
    "capitals": ('<!doctype html>\n<html lang="DE">', "en"),
    "no_quotes": ("<!doctype html>\n<html lang=de>", "en"),
    "later": ('<!doctype html>\n<html><p>&lt;html lang="en"></p><html lang="de">', "en"),
    "not_at_its_beginning": ('<p>Hello</p>\n<!doctype html>\n<html lang="de">', "en"),
    "none": ("<!doctype html>\n<html>", "en"),
    "empty": ("", "en"),
}


@pytest.mark.parametrize("name", SHELLS)
def test_the_frame_says_its_language(name: str) -> None:
    text, language = SHELLS[name]
    assert shell_language(text) == language


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_frame_of_our_own_says_its_language(language: str) -> None:
    page = PageConfig(name='Status & "more" <x>', url="https://status.example.org/")
    shell = default_shell(page, load_words(language))
    assert shell_language(shell) == language
    title = load_words(language).say("frame.feed_title", name="Status &amp; &#34;more&#34; &lt;x&gt;")
    assert f'title="{title}"' in shell


def test_the_status_pages_carry_every_script_that_theirs_import() -> None:
    carried = {*status_assets(Theme()), "assets/words.js"}
    for path, data in status_assets(Theme()).items():
        if path.endswith(".js"):
            names = re.findall(r'\b(?:from|import)\s*\(?\s*"\./([\w-]+\.js)"', data.decode())
            assert {f"assets/{name}" for name in names} <= carried, path
