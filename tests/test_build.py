from __future__ import annotations

import gzip
import json
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from helpers.published_search import published_results
from helpers.sites import fingerprint, minimal_site, replace
from waypost.base.database.engine import StoreError
from waypost.build import build_site
from waypost.problems import Level, ProblemsFound
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ARTICLE = "content/start/first.md"


# MkDocs writes the day of the build into the sitemap.
BUILD_DAY = ("SOURCE_DATE_EPOCH", "1790000000")


@pytest.fixture(autouse=True)
def _fixed_build_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*BUILD_DAY)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = minimal_site(tmp_path_factory.mktemp("first") / "site")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(*BUILD_DAY)
        build_site(site, NOW)
    return site


@pytest.fixture
def built(first: Site, tmp_path: Path) -> Site:
    """A copy of what one build made, with what it left behind for the next."""
    return Site(shutil.copytree(first.root, tmp_path / "site"))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_build_makes_every_page_and_nothing_that_is_not_a_part_of_the_site(site: Site) -> None:
    report = build_site(site, NOW)
    pages = {path.relative_to(site.output).as_posix() for path in site.output.rglob("*.html")}
    assert pages == {
        "404.html",
        "index.html",
        "contact/index.html",
        "search/index.html",
        "ticket/index.html",
        "start/index.html",
        "start/first/index.html",
        "status/assets/site/shell.html",
        "status/index.html",
        "status/history/index.html",
        "status/history/2026-10/index.html",
        "status/subscribe/index.html",
        "status/mine/index.html",
        *(f"status/components/{name}/index.html" for name in ("web", "mail")),
        "status/incidents/2026-10-02-mail-arrives-late/index.html",
        "status/maintenance/2026-10-18-new-disks/index.html",
    }
    assert {path.name for path in site.output.iterdir()} == {
        *("404.html", "index.html", "contact", "ticket", "start", "status", "assets", "search"),
        *("sitemap.xml", "sitemap.xml.gz", "robots.txt", "llms.txt", "index.md", "contact.md"),
    }
    files = {path.relative_to(site.output).as_posix() for path in site.output.rglob("*") if path.is_file()}
    frame = {path for path in files if path.startswith("status/assets/site/")}
    assert set(report.changed) | frame == files
    assert {"shell.html", "site.webmanifest"} <= {path.rpartition("/")[2] for path in frame}
    assert (report.articles, report.warnings) == (1, ())
    assert [path.name for path in (site.root / ".waypost").iterdir()] == ["cache"], (
        "nothing is left of the work"
    )


def test_a_second_build_changes_no_file(site: Site) -> None:
    build_site(site, NOW)
    before = fingerprint(site.output)
    assert build_site(site, NOW).changed == ()
    assert fingerprint(site.output) == before


def test_a_build_one_minute_later_only_says_when_it_was_made(site: Site) -> None:
    build_site(site, NOW)
    assert build_site(site, NOW + timedelta(minutes=1)).changed == ("status/now.json",)


INCIDENT = "status/incidents/2026-10-02-mail-arrives-late.md"
INCIDENT_PAGE = "status/incidents/2026-10-02-mail-arrives-late/index.html"
FEEDS = [
    *(f"status/history.{suffix}" for suffix in ("atom", "rss")),
    *(
        f"status/{folder}feed.{suffix}"
        for folder in ("", "components/mail/", "impact/minor/")
        for suffix in ("atom", "rss", "json")
    ),
]
EDITS: dict[str, tuple[str, str, str, set[str]]] = {
    "text_of_an_article": (
        *(ARTICLE, "choose a password", "choose a phrase"),
        {"start/first/index.html", "start/first.md", "search/"},
    ),
    "title_of_an_article": (
        *(ARTICLE, "Sign in for the first time", "Sign in at last"),
        # Also where it is listed: popular, its category, an incident's help, its component; and on its picture.
        {
            *("assets/waypost/brand/", "start/first/index.html", "search/", "index.html", "start/index.html"),
            *(
                INCIDENT_PAGE,
                "status/components/web/index.html",
                "start/first.md",
                "start/index.md",
                "llms.txt",
                "assets/waypost/suggestions.json",
            ),
        },
    ),
    "a_question_it_is_also_asked_as": (
        # Only the search and what is suggested while a request is written know it.
        *(ARTICLE, "how do I log in", "how do I register"),
        {"assets/waypost/suggestions.json", "search/"},
    ),
    "text_of_an_update": (
        *(INCIDENT, "up to ten minutes", "up to an hour"),
        {INCIDENT_PAGE, *FEEDS, "status/api/v2/incidents.json", "status/waypost.json"},
    ),
}


def collapsed(path: str) -> str:
    """Return one name for all files of the search or of the brand, whose own names come from what is in them."""
    folders = ("search/", "assets/waypost/brand/")
    return next((folder for folder in folders if path.startswith(folder)), path)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_only_what_depends_on_it(edit: str, built: Site) -> None:
    site = built
    name, old, new, expected = EDITS[edit]
    before = fingerprint(site.output)
    replace(site.root / name, old, new)
    report = build_site(site, NOW)
    assert set(map(collapsed, report.changed)) == expected
    after = fingerprint(site.output)
    assert {collapsed(path) for path in after if after[path] != before.get(path)} == expected


def test_a_deleted_article_disappears_everywhere(site: Site) -> None:
    replace(site.root / "content" / "index.md", "popular: [start/first.md]\n", "")
    replace(site.root / INCIDENT, "articles: [start/first.md]\n", "")
    shutil.copytree(site.root / "content" / "start", site.root / "content" / "gone")
    replace(site.root / "content" / "gone" / "first.md", "Sign in for the first time", "A vanishing title")
    build_site(site, NOW)
    assert (site.output / "gone" / "first" / "index.html").is_file()
    shutil.rmtree(site.root / "content" / "gone")
    report = build_site(site, NOW)
    assert {"gone/first/index.html", "gone/index.html"} <= set(report.changed)
    assert not (site.output / "gone").exists(), "its folder goes too"
    texts = [path.read_bytes() for path in site.output.rglob("*") if path.is_file()]
    texts.append(gzip.decompress((site.output / "sitemap.xml.gz").read_bytes()))
    assert not any(b"vanishing" in text or b"/gone/" in text for text in texts)


def _use_overrides(site: Site, template: str, text: str) -> None:
    write(site.root / "overrides" / template, text)
    replace(site.root / "mkdocs.yml", "name: material", "name: material, custom_dir: overrides")


def _use_hook(site: Site, text: str) -> None:
    write(site.root / "hook.py", text)
    append(site.root / "mkdocs.yml", "hooks: [hook.py]\n")


def _failing_snippet(site: Site) -> None:
    append(site.root / ARTICLE, '\n--8<-- "nowhere.md"\n')
    append(site.root / "mkdocs.yml", "markdown_extensions: [{pymdownx.snippets: {check_paths: true}}]\n")


Breakage = Callable[[Site], object]
BREAKAGES: dict[str, tuple[Breakage, str, str, str]] = {
    # How it breaks; the file, the code and some words of a problem that must be among those named.
    "no_mkdocs_yml": (
        lambda site: (site.root / "mkdocs.yml").unlink(),
        *("mkdocs.yml", "bad-value", "does not exist"),
    ),
    "mkdocs_yml_is_not_yaml": (
        lambda site: write(site.root / "mkdocs.yml", "site_name: [\n"),
        *("mkdocs.yml", "bad-value", "line 2, column 1"),
    ),
    "plugin_not_listed": (
        lambda site: replace(site.root / "mkdocs.yml", "plugins: [waypost]", "plugins: []"),
        *("mkdocs.yml", "missing-key", "The plugin 'waypost' is not listed"),
    ),
    "plugin_misspelt": (
        lambda site: replace(site.root / "mkdocs.yml", "waypost]", "waypst]"),
        *("mkdocs.yml", "broken-markup", '"waypst" plugin is not installed'),
    ),
    "articles_elsewhere": (
        lambda site: (
            shutil.copytree(site.root / "content", site.root / "docs"),
            replace(site.root / "mkdocs.yml", "docs_dir: content", "docs_dir: docs"),
        ),
        *("mkdocs.yml", "bad-value", "docs_dir: content"),
    ),
    "no_such_theme": (
        lambda site: replace(site.root / "mkdocs.yml", "name: material", "name: granite"),
        *("mkdocs.yml", "broken-markup", "'granite'"),
    ),
    "no_such_extension": (
        lambda site: append(site.root / "mkdocs.yml", "markdown_extensions: [nothing.like_it]\n"),
        *("mkdocs.yml", "broken-markup", "'nothing.like_it'"),
    ),
    "markdown_extension_fails_on_a_page": (
        _failing_snippet,
        *(ARTICLE, "broken-markup", "Snippet at path 'nowhere.md' could not be found"),
    ),
    "own_template_is_not_jinja": (
        lambda site: _use_overrides(site, "main.html", "{{ nope( }}"),
        *("mkdocs.yml", "bad-value", "TemplateSyntaxError"),
    ),
    "own_template_fails_on_a_page": (
        lambda site: _use_overrides(site, "waypost/help/article.html", "{{ nope() }}"),
        *(ARTICLE, "broken-markup", "'nope' is undefined"),
    ),
    "hook_fails_when_loaded": (
        lambda site: _use_hook(site, "raise ValueError('no luck')"),
        *("mkdocs.yml", "bad-value", "ValueError: no luck"),
    ),
    "hook_fails_on_a_page": (
        lambda site: _use_hook(
            site, "def on_page_markdown(markdown, **rest):\n    raise ValueError('no luck')"
        ),
        *("content/index.md", "broken-markup", "no luck"),
    ),
    "article_without_front_matter": (
        lambda site: write(site.root / ARTICLE, "Just text.\n"),
        *(ARTICLE, "front-matter", ""),
    ),
    "status_yml_is_not_yaml": (
        lambda site: write(site.root / "status" / "status.yml", "components: [\n"),
        *("status/status.yml", "yaml-syntax", ""),
    ),
    "incident_about_nothing_known": (
        lambda site: replace(site.root / INCIDENT, "{mail:", "{mial:"),
        *(INCIDENT, "unknown-component", "Did you mean 'mail'?"),
    ),
    "support_yml_is_wrong": (
        lambda site: write(site.root / "content" / "support.yml", "office: nowhere\n"),
        *("content/support.yml", "wrong-type", ""),
    ),
    "no_content": (
        lambda site: shutil.rmtree(site.root / "content"),
        *("content", "missing-file", ""),
    ),
    "control_character_in_a_page": (
        lambda site: write(site.root / "content" / "index.md", "\x00"),
        *("content/index.md", "control-character", ""),
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_file_leaves_every_byte_of_the_published_site(name: str, built: Site) -> None:
    site = built
    do_break, path, code, words = BREAKAGES[name]
    spare = minimal_site(site.root.parent / "spare").root
    before = fingerprint(site.output)
    do_break(site)
    with pytest.raises(ProblemsFound) as raised:
        build_site(site, NOW + timedelta(minutes=1))
    assert fingerprint(site.output) == before
    named = [p for p in raised.value.problems if (p.location.path, p.code) == (path, code)]
    assert any(words in problem.message for problem in named), str(raised.value)
    assert all(problem.level is Level.ERROR for problem in raised.value.problems)
    assert [path.name for path in (site.root / ".waypost").iterdir()] == ["cache"]
    # Mended, it builds as if nothing had been.
    for folder in ("content", "status"):
        shutil.rmtree(site.root / folder, ignore_errors=True)
    shutil.copytree(spare, site.root, dirs_exist_ok=True)
    assert build_site(site, NOW).changed == ()


def test_a_first_build_that_fails_publishes_nothing(site: Site) -> None:
    _failing_snippet(site)
    with pytest.raises(ProblemsFound):
        build_site(site, NOW)
    assert not site.output.exists()


def test_a_broken_internal_link_is_a_warning_with_its_file(site: Site) -> None:
    append(site.root / ARTICLE, "\nSee [there](nowhere.md), [here](../contact.md).\n")
    report = build_site(site, NOW)
    [warning] = report.warnings
    assert (warning.location.path, warning.code, warning.level) == (ARTICLE, "broken-markup", Level.WARNING)
    assert "nowhere.md" in warning.message
    assert 'href="../../contact/"' in (site.output / "start" / "first" / "index.html").read_text()


class Page(HTMLParser):
    """What a browser would show as title, headings and links."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("title", "h1", "h2", "h3", "a", "b"):
            self._open.append((tag, []))
        if tag == "meta" and dict(attrs).get("name") == "description":
            self.found.append(("description", dict(attrs)["content"] or ""))

    def handle_data(self, data: str) -> None:
        for _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            name, texts = self._open.pop()
            self.found.append((name, " ".join("".join(texts).split())))

    def texts(self, tag: str) -> list[str]:
        return [text for name, text in self.found if name == tag]


HOSTILE = {
    "markup": "Tom & <script>alert(1)</script>",
    "quotes": "Say \"yes\" & 'no'",
    "entities": "Literal &amp; &lt;b&gt;",
    "end_of_title": "</title><script>alert(2)</script>",
    "attribute": '" onload="alert(3)" x="',
    "unclosed": "a < b > c <b",
}


def test_titles_come_out_escaped_wherever_they_are_shown(site: Site) -> None:
    paths = ("index.html", "start/index.html", "start/first/index.html")
    build_site(site, NOW)
    scripts = {path: Page(site.output / path).tags.count("script") for path in paths}
    for name, title in HOSTILE.items():
        article = f"title: {json.dumps(title)}\nkind: page\nsummary: {json.dumps(title)}"
        write(site.root / "content" / "start" / f"{name}.md", f"---\n{article}\n---\nText.\n")
    write(
        site.root / "content" / "other" / "index.md",
        f"---\ntitle: {json.dumps(HOSTILE['markup'])}\nkind: category\n---\n",
    )
    names = ", ".join(f"start/{name}.md" for name in HOSTILE)
    replace(site.root / "content" / "index.md", "popular: [", f"popular: [{names}, ")
    replace(site.root / ARTICLE, "related: [", f"related: [{names}, ")
    build_site(site, NOW)
    for name, title in HOSTILE.items():
        page = Page(site.output / "start" / name / "index.html")
        assert page.texts("title") == [f"{title} - Minimal"]
        assert page.texts("h1") == [title]
        assert page.texts("description") == [title]
    for path in paths:
        page = Page(site.output / path)
        shown = page.texts("a") + page.texts("b") + page.texts("h3")
        for title in HOSTILE.values():
            assert any(title in text for text in shown), f"{title} in {path}"
        assert page.tags.count("script") == scripts[path], "no title has become a script"
    # The search holds them as they are; its script makes text of them and never HTML.
    titles = {result["title"] for result in published_results(site.output)}
    assert set(HOSTILE.values()) <= titles


def test_a_file_name_with_marks_comes_out_escaped_in_addresses(site: Site) -> None:
    article = site.root / "content" / "start" / "it's größe + (1).md"
    write(article, "---\ntitle: Odd name\nkind: page\n---\nText.\n")
    build_site(site, NOW)
    tree = ET.parse(site.output / "sitemap.xml")  # noqa: S314  # it is our own
    pages = [unquote(node.text or "") for node in tree.iter() if node.tag.endswith("loc")]
    assert "https://help.example.org/start/it's größe + (1)/" in pages
    links = Links(site.output / "start" / "index.html").found
    [address] = [link for link in links if "gr" in link]
    assert (site.output / "start" / unquote(address) / "index.html").resolve().is_file()


class Links(HTMLParser):
    """Every address that a page links to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.add(dict(attrs).get("href") or "")


class Lock:
    """Notes what the site looks like when it is taken and when it is given back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.seen: list[dict[str, tuple[str, int]]] = []

    def __enter__(self) -> None:
        self.seen.append(fingerprint(self._folder))

    def __exit__(self, *_: object) -> None:
        self.seen.append(fingerprint(self._folder))


def test_published_files_change_only_while_the_lock_is_held(site: Site) -> None:
    build_site(site, NOW)
    before = fingerprint(site.output)
    replace(site.root / ARTICLE, "choose a password", "choose a phrase")
    lock = Lock(site.output)
    build_site(site, NOW, lock=lock)
    assert lock.seen[0] == before
    assert lock.seen[1] == fingerprint(site.output) != before


def test_the_status_page_may_be_on_another_host(site: Site) -> None:
    replace(site.root / "mkdocs.yml", "waypost", 'waypost: {status_url: "https://status.example.org"}')
    build_site(site, NOW)
    home = (site.output / "index.html").read_text(encoding="utf-8")
    assert 'data-wp-now="https://status.example.org/"' in home
    assert 'href="https://status.example.org/feed.atom"' in home
    assert (site.status_output / "assets" / "site" / "shell.html").is_file()


def test_what_killed_builds_left_behind_is_cleared(site: Site) -> None:
    dead = site.root / ".waypost" / "build-999999999-abc"
    alive = site.root / ".waypost" / f"build-{os.getppid()}-abc"
    for folder in (dead, alive):
        (folder / "site").mkdir(parents=True)
    build_site(site, NOW)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_database_that_cannot_be_read_is_found_before_anything_is_replaced(site: Site) -> None:
    build_site(site, NOW)
    before = fingerprint(site.output)
    append(site.root / ARTICLE, "\nSomething new.\n")
    (site.root / "garbage.db").write_bytes(b"This is not a database.\n" * 100)
    with pytest.raises(StoreError, match="damaged"):
        build_site(site, NOW, f"sqlite:///{site.root / 'garbage.db'}")
    assert fingerprint(site.output) == before
