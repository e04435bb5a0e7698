from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.imports import write_files
from helpers.sites import fingerprint
from waypost.authoring.new import new_site
from waypost.base.clock import utc_now
from waypost.base.files.text_files import MAX_BYTES
from waypost.build import build_site
from waypost.formats.article import ArticleFrontMatter
from waypost.importing import articles as app
from waypost.importing.articles import Fate
from waypost.importing.markdown import import_markdown
from waypost.lint.lint import lint
from waypost.problems import Level, ProblemsFound, errors
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    new_site(tmp_path / "site", "My help")
    return Site(tmp_path / "site")


def hugo(number: int) -> tuple[str, str]:
    return f"billing/invoice-{number}.md", (
        f'+++\ntitle = "Invoice {number}"\naliases = ["/old/invoice-{number}/"]\ntags = ["money"]\n+++\n'
        f"# Invoice {number}\n\n{{{{< alert >}}}}\nPay it.\n{{{{< /alert >}}}}\n\n"
        f'See [the next]({{{{< relref "invoice-{(number + 1) % 80}.md" >}}}}).\n'
    )


def docusaurus(number: int) -> tuple[str, str]:
    return f"01-guides/{number:02}-how-to-{number}.mdx", (
        f"---\nsidebar_position: {number}\nslug: /g{number}\n---\nimport X from 'x';\n\n# How to do {number}\n\n"
        f":::tip\nBe quick.\n:::\n\n1. Open.\n\n   ```sh\n   run {number}\n   ```\n\n2. Press.\n3. Send.\n"
        f"\n<X>\n\n[other](/g{(number + 1) % 80})\n\n</X>\n"
    )


def zendesk(number: int) -> tuple[str, str]:
    return f"My Account/Sub Section/What is {number}?.md", (
        f"---\ntitle: 'What is {number}?'\nid: {9000 + number}\nhtml_url: https://old.example/hc/en-us/articles/"
        f"{9000 + number}-What\nvote_sum: 1\n---\n## First?\n\nYes. ![Shot](img/Shot%20One.png)\n\n## Second?\n\n"
        f'No, <a href="https://old.example/hc/en-us/articles/{9000 + (number + 1) % 80}-What">read on</a>.\n'
    )


def plain(number: int) -> tuple[str, str]:
    return f"Trouble_Shooting/ERROR_{number}.md", (
        f"Error {number}\n=====\n\nIt stops: with a colon.\n\n## Symptoms\n\n* One\n    * Two\n\n## Solution\n\n"
        "1) Restart.\n2) Wait.\n\n> [!WARNING]\n> Not twice.\n\n"
        "<details>\n<summary>Why</summary>\n\n**So.**\n\n</details>\n"
    )


LAYOUTS: tuple[Callable[[int], tuple[str, str]], ...] = (hugo, docusaurus, zendesk, plain)


def several_hundred(folder: Path) -> Path:
    files: dict[str, str | bytes] = dict(make(number) for make in LAYOUTS for number in range(80))
    files |= {
        "README.md": "# Help\n",
        "billing/_index.md": "---\ntitle: Billing\nweight: 4\n---\nMoney.\n",
        "01-guides/_category_.json": '{"label": "Guides", "position": 2}',
        "My Account/Sub Section/img/Shot One.png": b"\x89PNG",
        "loose.md": "Größe.\n".encode("latin-1"),
        "wide.md": "---\ntitle: Weit\n---\nGröße.\n".encode("utf-16"),
        "junk.md": b"\x00\x01\x02",
        "broken.md": "---\ntitle: a: b\n---\n",
    }
    return write_files(folder, files)


def test_several_hundred_articles_are_imported_linted_built_and_imported_again(
    site: Site, tmp_path: Path
) -> None:
    source = several_hundred(tmp_path / "source")
    before = fingerprint(source)

    report = import_markdown(site, source)

    assert (report.articles, report.categories, report.pictures) == (323, 5, 1)
    assert {problem.level for problem in report.problems} == {Level.WARNING}
    assert sum("tags" in front for front in report.aside.values()) == 80
    assert [it.path for it in report.words if it.lost] == []
    assert [p for p in errors(lint(site, utc_now())) if p.code not in ("broken-link", "broken-anchor")] == []
    pages = load_project(site).help_center.pages
    kinds = [page.kind for page in pages.values()]
    assert [kinds.count(kind) for kind in ("faq", "tutorial", "troubleshooting")] == [80, 81, 80]
    front = pages["billing/invoice-7.md"].front
    assert isinstance(front, ArticleFrontMatter)
    assert front.redirect_from == ("old/invoice-7/",)
    built = build_site(site, NOW)
    assert built.warnings == ()
    page = (site.output / "my-account/sub-section/what-is-79/index.html").read_text(encoding="utf-8")
    assert 'href="../what-is-0/"' in page
    assert (site.output / "my-account/sub-section/img/shot-one.png").read_bytes() == b"\x89PNG"
    assert (site.output / "old/invoice-7/index.html").is_file()

    written = fingerprint(site.root / "content")
    again = import_markdown(site, source)

    assert fingerprint(site.root / "content") == written
    assert {file.fate for file in again.files} == {Fate.SAME}
    assert again.problems == report.problems
    assert fingerprint(source) == before


def test_a_file_that_is_there_is_kept_and_named(site: Site, tmp_path: Path) -> None:
    source = write_files(
        tmp_path / "source", {"a/one.md": "New.\n", "a/p.png": b"1", "a/two.md": "![P](p.png)\n"}
    )
    write_files(site.root / "content", {"a/one.md": "---\ntitle: Mine\n---\nOld.\n", "a/p.png": b"mine"})
    write_files(site.root / "content", {"a/index.md": "---\ntitle: By hand\nkind: category\n---\n"})
    report = import_markdown(site, source)
    assert (site.root / "content/a/one.md").read_text(encoding="utf-8").endswith("Old.\n")
    assert (site.root / "content/a/p.png").read_bytes() == b"mine"
    kept = [problem for problem in report.problems if "is there already" in problem.message]
    assert [problem.location.path for problem in kept] == [f"{source}/a/one.md", f"{source}/a/p.png"]
    assert [p for p in errors(lint(site, utc_now())) if p.code not in ("broken-link", "broken-anchor")] == []


def test_an_article_that_was_edited_after_an_import_is_kept(site: Site, tmp_path: Path) -> None:
    source = write_files(tmp_path / "source", {"a/one.md": "---\naliases: [/uno/]\n---\nText.\n"})
    import_markdown(site, source)
    path = site.root / "content/a/one.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Text", "Better text"), encoding="utf-8")
    report = import_markdown(site, source)
    assert "Better text" in path.read_text(encoding="utf-8")
    assert [file.fate for file in report.files] == [Fate.SAME, Fate.KEPT]


def test_a_dry_run_writes_nothing(site: Site, tmp_path: Path) -> None:
    source = write_files(tmp_path / "source", {"a/one.md": "![P](p.png)\n", "a/p.png": b"1"})
    before = fingerprint(site.root)
    report = import_markdown(site, source, dry_run=True)
    assert fingerprint(site.root) == before
    assert {file.fate for file in report.files} == {Fate.NEW}
    assert report.articles == 1


@pytest.mark.parametrize(("language", "title"), [("en", "General"), ("de", "Allgemeines")])
def test_pages_in_no_folder_get_a_category_in_the_language_of_the_site(
    site: Site, tmp_path: Path, language: str, title: str
) -> None:
    config = site.root / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("name: material", f"name: material\n  language: {language}"), encoding="utf-8"
    )
    write_files(tmp_path / "old", {"refunds.md": "# Refunds\n\nText.\n", "more/a.md": "# A\n\nText.\n"})
    import_markdown(site, tmp_path / "old")
    assert load_project(site).help_center.pages["general/index.md"].title == title


def test_a_former_address_of_the_site_stays_with_its_page(site: Site, tmp_path: Path) -> None:
    write_files(site.root / "content", {"a/mine.md": "---\ntitle: Mine\nredirect_from: [old/]\n---\nText.\n"})
    source = write_files(
        tmp_path / "source",
        {"a/one.md": "---\naliases: [/old/, /contact/, /feed.atom/x/, /new/]\n---\nText.\n"},
    )
    import_markdown(site, source)
    assert 'redirect_from: ["new/"]' in (site.root / "content/a/one.md").read_text(encoding="utf-8")
    assert [p for p in errors(lint(site, utc_now())) if p.code not in ("broken-link", "broken-anchor")] == []


def test_markdown_in_html_is_shown(site: Site, tmp_path: Path) -> None:
    source = write_files(
        tmp_path / "source", {"a/one.md": "<details>\n<summary>S</summary>\n\n**B**\n\n</details>\n"}
    )
    assert import_markdown(site, source).problems == ()
    build_site(site, NOW)
    assert "<strong>B</strong>" in (site.output / "a/one/index.html").read_text(encoding="utf-8")


def refused(site: Site, source: Path) -> list[str]:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound) as found:
        import_markdown(site, source)
    assert fingerprint(site.root) == before
    return [f"{problem.location.path} {problem.code}" for problem in found.value.problems]


def test_what_is_no_site_is_left_alone(site: Site, tmp_path: Path) -> None:
    source = write_files(tmp_path / "source", {"a.md": "A.\n"})
    assert refused(Site(tmp_path), source) == ["mkdocs.yml missing-file"]
    (site.root / "content/index.md").unlink()
    assert refused(site, source) == ["content/index.md missing-file"]


def test_a_folder_without_markdown_and_one_of_the_site_itself_are_refused(site: Site, tmp_path: Path) -> None:
    empty = write_files(tmp_path / "empty", {"a.txt": "A"})
    assert refused(site, tmp_path / "nowhere") == [f"{tmp_path}/nowhere missing-file"]
    assert refused(site, empty) == [f"{empty} missing-file"]
    inside = site.root / "content" / "getting-started"
    assert refused(site, inside) == [f"{inside} bad-value"]
    assert refused(site, site.root) == [f"{site.root} bad-value"]


def test_what_is_in_the_way_is_named_before_anything_is_written(site: Site, tmp_path: Path) -> None:
    source = write_files(tmp_path / "source", {"a/one.md": "A.\n", "b/two.md": "B.\n", "c/d.md": "C.\n"})
    (site.root / "content/a").write_text("a file", encoding="utf-8")
    (site.root / "content/b/two.md").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (site.root / "content/c").symlink_to(tmp_path / "outside")
    assert refused(site, source) == ["content/a bad-value", "content/b/two.md bad-value", "content/c symlink"]
    assert list((tmp_path / "outside").iterdir()) == []


def test_links_out_of_the_folder_circles_and_large_files_are_reported_and_not_followed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = write_files(tmp_path / "secret", {"secret.md": "Secret.\n", "key.png": b"secret"})
    source = write_files(
        tmp_path / "source",
        {
            "a/one.md": "![Key](key.png) ![Big](big.png)\n",
            "a/huge.md": b"x" * (MAX_BYTES + 1),
            "a/big.png": b"x" * 11,
        },
    )
    (source / "a/secret.md").symlink_to(secret / "secret.md")
    (source / "a/key.png").symlink_to(secret / "key.png")
    (source / "a/round").symlink_to(source)
    (source / "a/self.md").symlink_to(source / "a/self.md")
    os.mkfifo(source / "a/pipe.md")
    monkeypatch.setattr("waypost.importing.io.markdown_files.MAX_MEDIA_BYTES", 10)
    report = import_markdown(site, source)
    assert report.articles == 1
    found = {(problem.location.path.removeprefix(f"{source}/"), problem.code) for problem in report.problems}
    assert found == {
        ("a/one.md", "missing-file"),
        ("a/one.md", "import"),
        ("a/huge.md", "file-too-large"),
        ("a/secret.md", "symlink"),
        ("a/round", "symlink"),
        ("a/self.md", "symlink"),
        ("a/pipe.md", "unreadable"),
    }
    assert not any(b"ecret" in path.read_bytes() for path in site.root.rglob("*") if path.is_file())


def test_other_encodings_are_read_and_named(site: Site, tmp_path: Path) -> None:
    source = write_files(
        tmp_path / "source",
        {
            "a/latin.md": "Größe – “so”.\n".encode("cp1252"),
            "a/wide.md": "Größe.\n".encode("utf-16"),
            "a/bom.md": b"\xef\xbb\xbf---\ntitle: Bom\n---\nText.\n",
            "a/nul.md": b"a\x00b",
            "a/control.md": b"a\x07b\n",
            "a/windows.md": b"---\r\ntitle: Windows\r\n---\r\nOne.\r\n\r\nTwo.\r\n",
        },
    )
    report = import_markdown(site, source)
    assert {(problem.location.path[-10:], problem.code) for problem in report.problems} == {
        ("a/latin.md", "not-utf8"),
        ("/a/wide.md", "not-utf8"),
        ("e/a/nul.md", "control-character"),
        ("control.md", "control-character"),
    }
    texts = {path.name: path.read_text(encoding="utf-8") for path in (site.root / "content/a").iterdir()}
    assert "Größe – “so”." in texts["latin.md"]
    assert "Größe." in texts["wide.md"]
    assert 'title: "Bom"' in texts["bom.md"]
    assert "ab" in texts["control.md"]
    assert texts["windows.md"].endswith("One.\n\nTwo.\n")
    assert errors(lint(site, utc_now())) == []


def test_pictures_are_written_before_the_pages_that_show_them(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_files(tmp_path / "source", {"a/one.md": "![P](p.png)\n", "a/p.png": b"1"})
    written: list[str] = []

    def note(path: Path, data: bytes) -> bool:
        written.append(path.name)
        return bool(data)

    monkeypatch.setattr(app, "write_atomic", note)
    import_markdown(site, source)
    assert written == ["p.png", "index.md", "one.md"]
