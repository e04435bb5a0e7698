"""Whole builds under git: what a site publishes beside its pages, and that its links lead somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import feedparser
import pytest

from helpers.repositories import Repository, day
from helpers.sites import environment, fingerprint, minimal_site, replace, sample_site
from waypost.build import build_site
from waypost.help.mkdocs import ENGINE
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOT = "https://help.example.org/"
ARTICLE = "content/start/first.md"
FEEDS = ("feed.atom", "feed.rss", "feed.json")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return minimal_site(tmp_path / "site")


@pytest.fixture
def history(site: Site) -> Repository:
    history = Repository(site.root)
    (site.root / ".gitignore").write_text("site/\n.waypost/\n")
    history.commit(day(2))
    return history


def read(site: Site, path: str) -> str:
    return (site.output / path).read_text(encoding="utf-8")


class Head(HTMLParser):
    """The links, the data and the robots' rules in the head of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.metas: list[dict[str, str]] = []
        self.anchors: list[dict[str, str]] = []
        self.scripts: list[dict[str, str]] = []
        self.json_ld: list[str] = []
        self._is_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        kept = {"link": self.links, "meta": self.metas, "a": self.anchors, "script": self.scripts}
        if tag in kept:
            kept[tag].append(found)
        self._is_data = found.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.json_ld.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False

    def typed(self, kind: str) -> list[dict[str, str]]:
        return [link for link in self.links if link.get("type") == kind]


def test_feeds_have_the_dates_of_git(site: Site, history: Repository) -> None:
    history.write("start/second.md", "---\ntitle: Second\nkind: page\n---\nText.\n")
    history.commit(day(5))
    replace(site.root / ARTICLE, "choose a password", "choose a phrase")
    history.commit(day(9))
    build_site(site, NOW)
    parsed = feedparser.parse(read(site, "feed.atom"))
    assert [(entry.title, entry.published) for entry in parsed.entries] == [
        ("Updated: Sign in for the first time", "2026-11-09T12:00:00+00:00"),
        ("Second", "2026-11-05T12:00:00+00:00"),
        ("Sign in for the first time", "2026-11-02T12:00:00+00:00"),
    ]
    lastmod = {
        (node[0].text or "").removeprefix(ROOT): (node[1].text if len(node) > 1 else "")
        for node in ET.parse(site.output / "sitemap.xml").getroot()  # noqa: S314  # our own output
    }
    assert lastmod["start/first/"] == lastmod["start/"] == lastmod[""] == "2026-11-09"
    assert lastmod["start/second/"] == "2026-11-05"
    assert lastmod["contact/"] == "2026-11-02"


def test_the_page_of_the_search_is_not_for_search_engines(site: Site) -> None:
    build_site(site, NOW)
    assert f"{ROOT}start/first/" in read(site, "sitemap.xml")
    assert f"{ROOT}search/" not in read(site, "sitemap.xml")
    assert '<meta name="robots" content="noindex">' in read(site, "search/index.html")
    assert "noindex" not in read(site, "start/first/index.html")


def test_every_page_names_the_feeds_and_its_twin(site: Site, history: Repository) -> None:
    build_site(site, NOW)
    for path in ("index.html", "start/index.html", "start/first/index.html", "contact/index.html"):
        head = Head(read(site, path))
        address = ROOT + path.removesuffix("index.html")
        feeds = {
            urljoin(address, link["href"]).removeprefix(ROOT)
            for kind in ("application/atom+xml", "application/rss+xml", "application/feed+json")
            for link in head.typed(kind)
        }
        assert feeds - {"status/feed.atom"} == set(FEEDS)
        [copy] = head.typed("text/markdown")
        assert (site.output / urljoin(address, copy["href"]).removeprefix(ROOT)).is_file()
        # Material looks for a sitemap at the address of each link that is "alternate" and nothing else.
        assert not [link for link in head.links if link.get("rel", "").strip().lower() == "alternate"]


def test_a_second_build_changes_no_file_and_a_commit_without_changes_none_either(
    site: Site, history: Repository
) -> None:
    build_site(site, NOW)
    before = fingerprint(site.output)
    assert build_site(site, NOW).changed == ()
    history.git("commit", "--quiet", "--allow-empty", "--message=x", at=day(9))
    assert build_site(site, NOW).changed == ()
    assert fingerprint(site.output) == before


def test_a_later_build_changes_nothing_of_all_this(
    site: Site, history: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_site(site, NOW)
    before = fingerprint(site.output)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")
    build_site(site, NOW)
    assert fingerprint(site.output) == before, "MkDocs writes the day of the build where nobody knows better"


def test_a_site_without_git_has_no_feeds_and_the_day_of_its_reviews(site: Site) -> None:
    report = build_site(site, NOW)
    assert report.warnings == ()
    assert not any((site.output / name).exists() for name in FEEDS)
    head = Head(read(site, "start/first/index.html"))
    assert [link["href"] for link in head.typed("application/atom+xml")] == ["../../status/feed.atom"]
    assert head.typed("application/feed+json") == []
    [_, article] = json.loads(head.json_ld[0])["@graph"]
    assert article["dateModified"] == "2026-11-02"
    assert read(site, "sitemap.xml").count("<lastmod>2026-11-02</lastmod>") == 3


def test_a_shallow_clone_is_told_of_once(site: Site, history: Repository, tmp_path: Path) -> None:
    history.commit(day(5))
    clone = Repository(tmp_path / "clone")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{site.root}", "main")
    clone.git("checkout", "--quiet", "FETCH_HEAD")
    report = build_site(Site(clone.root), NOW)
    [warning] = report.warnings
    assert "git fetch --unshallow" in warning.message
    assert not (clone.root / "site/feed.atom").exists()


def test_a_site_without_an_address_publishes_what_needs_none(site: Site, history: Repository) -> None:
    replace(site.root / "mkdocs.yml", f"site_url: {ROOT}\n", "")
    replace(site.root / ARTICLE, "kind: trouble", "redirect_from: [old/]\nkind: trouble")
    build_site(site, NOW)
    assert not any((site.output / name).exists() for name in (*FEEDS, "robots.txt"))
    assert "](start/first.md)" in read(site, "llms.txt")
    assert "](status/)" in read(site, "llms.txt")
    head = Head(read(site, "start/first/index.html"))
    assert (head.json_ld, head.typed("application/feed+json")) == ([], [])
    assert [
        link["href"] for link in Head(read(site, "old/index.html")).links if link["rel"] == "canonical"
    ] == ["../start/first/"]


def test_robots_are_told_of_the_sitemap_where_they_look(site: Site) -> None:
    build_site(site, NOW)
    assert read(site, "robots.txt") == f"User-agent: *\nAllow: /\n\nSitemap: {ROOT}sitemap.xml\n"
    replace(site.root / "mkdocs.yml", ROOT, f"{ROOT}below/")
    build_site(site, NOW)
    assert not (site.output / "robots.txt").exists(), "below a host nobody reads it"


@pytest.mark.parametrize("name", ["robots.txt", "llms.txt", "feed.json"])
def test_what_a_writer_put_there_stays(site: Site, history: Repository, name: str) -> None:
    (site.root / "content" / name).write_text("My own.\n")
    build_site(site, NOW)
    assert read(site, name) == "My own.\n"


def test_the_status_page_may_be_on_another_host(site: Site) -> None:
    replace(site.root / "mkdocs.yml", "waypost", 'waypost: {status_url: "https://status.example.org"}')
    build_site(site, NOW)
    assert "](https://status.example.org/)" in read(site, "llms.txt")


def test_an_article_that_moved_is_found_at_each_former_address(site: Site) -> None:
    replace(
        site.root / ARTICLE,
        "kind: trouble",
        "redirect_from: [hc/sign-in, 'old/größe \"1\"/', start/first.html, Start/UPPER/]\nkind: trouble",
    )
    replace(site.root / "content/start/index.md", "kind: category", "redirect_from: [begin/]\nkind: category")
    build_site(site, NOW)
    expected = {
        "hc/sign-in/index.html": "../../start/first/",
        'old/größe "1"/index.html': "../../start/first/",
        "start/first.html": "../start/first/",
        "Start/UPPER/index.html": "../../start/first/",
        "begin/index.html": "../start/",
    }
    for path, link in expected.items():
        text = read(site, path)
        head = Head(text)
        where = "start/" if path.startswith("begin") else "start/first/"
        assert {"http-equiv": "refresh", "content": f"0; url={link}"} in head.metas
        assert {"name": "robots", "content": "noindex"} in head.metas
        assert {"rel": "canonical", "href": ROOT + where} in head.links
        [anchor] = head.anchors
        assert anchor["href"] == link
        [script] = head.scripts
        assert (site.output / Path(path).parent / script["src"]).resolve().is_file()
        assert "style=" not in text
        for sheet in (link for link in head.links if link["rel"] == "stylesheet"):
            assert (site.output / Path(path).parent / sheet["href"]).resolve().is_file()
    sitemap = unquote(read(site, "sitemap.xml"))
    assert not [
        path for path in expected if path.removesuffix("index.html") in sitemap.replace("/start/first/", "")
    ]


def test_a_redirect_that_is_taken_back_disappears(site: Site) -> None:
    replace(site.root / ARTICLE, "kind: trouble", "redirect_from: [old/page/]\nkind: trouble")
    build_site(site, NOW)
    assert (site.output / "old/page/index.html").is_file()
    replace(site.root / ARTICLE, "redirect_from: [old/page/]\n", "")
    assert "old/page/index.html" in build_site(site, NOW).changed
    assert not (site.output / "old").exists()


LINK = re.compile(r"\]\(([^()\s<>]+|<[^<>]+>)(?: [^()]*)?\)")


def links_of(text: str) -> list[str]:
    prose = re.sub(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [target.strip("<>") for target in LINK.findall(re.sub(r"`[^`\n]+`", "", prose))]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = sample_site(tmp_path_factory.mktemp("sample"))
    Repository(site.root).commit(day(2))
    build_site(site, NOW)
    return site


def leads_somewhere(site: Site, path: str) -> bool:
    file = site.output / unquote(path)
    return file.is_file() or ((path.endswith("/") or not path) and (file / "index.html").is_file())


def test_every_page_of_the_sample_has_a_twin_whose_links_lead_somewhere(sample: Site) -> None:
    sources = sorted(
        path.relative_to(sample.root / "content") for path in (sample.root / "content").rglob("*.md")
    )
    assert len(sources) > 50
    counted = 0
    for source in sources:
        text = read(sample, source.as_posix())
        assert text.startswith("# ")
        assert "\n---\n" not in text.split("\n\n", 1)[0]
        assert "\nowner:" not in text
        for target in links_of(text):
            parts = urlsplit(urljoin(f"https://x.invalid/{source.as_posix()}", target))
            if parts.netloc == "x.invalid":
                counted += 1
                assert leads_somewhere(sample, parts.path[1:]), f"{source} links to {target}"
    assert counted > 100


RAW = re.compile(r":::|\{%|\{\{|\[\^|\]\(|\*\*|^\s*(?:!!!|\?\?\?|===|#+ )|`{1,3}\w|<\w+[ >]", re.MULTILINE)
"""Marks that no reader should see, by another reading of the page than that of `waypost lint`."""


class Shown(HTMLParser):
    """The words of an article as its page shows them, without code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self._skipped = 0
        self.feed(text[text.index("<article") : text.index("</article>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag in ("code", "pre", "script", "style", "svg", "textarea")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("code", "pre", "script", "style", "svg", "textarea")

    def handle_data(self, data: str) -> None:
        self.words += "" if self._skipped else data


def test_no_page_of_the_sample_shows_raw_marks(sample: Site) -> None:
    pages = [page for page in sample.output.rglob("*.html") if "<article" in page.read_text(encoding="utf-8")]
    assert len(pages) > 60
    raw = {str(page): RAW.findall(Shown(page.read_text(encoding="utf-8")).words) for page in pages}
    assert {page: marks for page, marks in raw.items() if marks} == {}


def test_every_link_of_llms_txt_leads_to_a_twin(sample: Site) -> None:
    text = read(sample, "llms.txt")
    targets = links_of(text)
    home = "https://help.lumen.example/"
    assert all(target.startswith(home) for target in targets)
    assert all(leads_somewhere(sample, target.removeprefix(home)) for target in targets)
    assert len([target for target in targets if target.endswith(".md")]) > 50
    blocks = text.split("\n\n")
    assert (blocks[0], blocks[1][:2]) == ("# Lumen Help", "> ")
    assert re.fullmatch(r"(## .+\n\n(- \[.+\]\(\S+\)(: .+)?\n)+\n?)+", "\n\n".join(blocks[2:]))


def test_the_data_for_search_engines_of_every_page_of_the_sample(sample: Site) -> None:
    home = "https://help.lumen.example/"
    kinds: set[str] = set()
    for page in sorted((sample.root / "content").rglob("*.md")):
        path = page.relative_to(sample.root / "content").as_posix().removesuffix(".md").removesuffix("index")
        folder = f"{path}/" if path and not path.endswith("/") else path
        blocks = Head(read(sample, f"{folder}index.html")).json_ld
        if not folder:
            assert blocks == []
            continue
        [block] = blocks
        graph = json.loads(block)["@graph"]
        kinds |= {part["@type"] for part in graph}
        steps = graph[0]["itemListElement"]
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        assert [step["item"] for step in (steps[0], steps[-1])] == [home, home + folder]
        for part in graph[1:]:
            assert part["url"] == home + folder
            assert part["headline"]
            assert part["dateModified"] == "2026-11-02T12:00:00+00:00"
            assert all(each["acceptedAnswer"]["text"] for each in part.get("mainEntity", ()))
    assert kinds == {"BreadcrumbList", "Article", "FAQPage"}


def test_answers_for_search_engines_are_at_anchors_of_the_page(sample: Site) -> None:
    text = read(sample, "downloads/download-questions/index.html")
    [block] = Head(text).json_ld
    asked = json.loads(block)["@graph"][1]["mainEntity"]
    assert len(asked) >= 3
    for question in asked:
        assert f'id="{urlsplit(question["url"]).fragment}"' in text


HOSTILE = {
    "markup": "Tom & <script>alert(1)</script>",
    "end": "</script><script>alert(2)</script><!--",
    "quotes": "Say \"yes\" & 'no'",
    "markdown": "[x](javascript:alert(3)) *a* `b` # c",
    "entities": "&amp; &lt;b&gt; ]]> <![CDATA[",
}


def test_hostile_titles_come_out_as_words_everywhere(site: Site, history: Repository) -> None:
    for name, title in HOSTILE.items():
        text = json.dumps(title)
        front = f"title: {text}\nkind: faq\nsummary: {text}\nredirect_from: [old/{name}/]"
        (site.root / f"content/start/{name}.md").write_text(f"---\n{front}\n---\n\n## {title}?\n\n{title}\n")
    history.commit(day(3))
    build_site(site, NOW)
    items = {item["url"]: item["title"] for item in json.loads(read(site, "feed.json"))["items"]}
    llms, category = read(site, "llms.txt"), read(site, "start/index.md")
    for name, title in HOSTILE.items():
        page = read(site, f"start/{name}/index.html")
        [block] = Head(page).json_ld
        [_, data] = json.loads(block)["@graph"]
        plain = title.replace("`b`", "b")
        assert (data["headline"], data["description"]) == (plain, title)
        assert "</script><script>alert(2)" not in page.split("<body")[0]
        assert items[f"{ROOT}start/{name}/"] == plain
        moved = Head(read(site, f"old/{name}/index.html"))
        assert [script["src"] for script in moved.scripts] == ["../../assets/waypost/redirect.js"]
        assert moved.anchors == [{"class": "wp-moved", "id": "moved", "href": f"../../start/{name}/"}]
        assert f"]({ROOT}start/{name}.md): " in llms
        assert f"]({name}.md): " in category
    assert "](javascript:" not in llms.replace("\\](", "")
    assert "<script" not in llms + category
    for path in ("feed.atom", "feed.rss"):
        parsed = feedparser.parse(read(site, path))
        assert (parsed.bozo, len(parsed.entries)) == (0, 1 + len(HOSTILE))


def test_the_engine_alone_publishes_the_same(site: Site, history: Repository) -> None:
    build_site(site, NOW)
    ours = {path: data for path, data in fingerprint(site.output).items() if not path.startswith("status/")}
    shutil.rmtree(site.output)
    done = subprocess.run(
        [sys.executable, "-m", ENGINE, "build", "--quiet"],
        cwd=site.root,
        env=environment({"NO_MKDOCS_2_WARNING": "1"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = ("llms.txt", "robots.txt", "start/first.md", "start/index.md", "contact.md", "index.md", *FEEDS)
    alone = fingerprint(site.output)
    assert {name: alone[name][0] for name in names} == {name: ours[name][0] for name in names}
