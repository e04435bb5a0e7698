from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sites import ROOT, called, fingerprint, replace
from waypost import __version__
from waypost.authoring.incidents import new_incident
from waypost.authoring.io.planned_files import AlreadyThere
from waypost.authoring.new import compatible_versions, new_article, new_category, new_site
from waypost.base.files.resources import scaffold_folder
from waypost.base.ids import slugify
from waypost.build import build_site
from waypost.help.kinds import ARTICLE_KINDS
from waypost.lint.io.lint_files import placeholders
from waypost.lint.lint import lint
from waypost.problems import Level, Problem, ProblemsFound, errors
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

TITLES = {
    # Each breaks YAML, a file name or a page that is put together carelessly.
    "quotes": "Say \"yes\" or 'no'",
    "colon": "Refunds: when and how",
    "hash": "Photos # not a comment",
    "backslash": r"C:\new\table \x41 \" done",
    "dollar": "Costs $title or ${now} or $$5",
    "umlauts": "Größe ändern: Über Maß",
    "emoji": "👩‍👩‍👧 family 🏳️‍🌈",
    "newlines": "first line\nsecond line\r\n---\n",
    "markup": "<b>bold</b> & <script>x</script>",
    "dashes": "--- - ---",
    "number": "2026",
    "true": "true",
    "braces": "{a: b} [c] *d &e !f |g >h %i @j",
    "not_latin": "Где мои фотографии?",
    "path": "../../etc/passwd",
    "long": "word " * 25,
}


def unfinished(problems: list[Problem]) -> list[Problem]:
    """Leave out what rules say of skeletons: their words are still to be written."""
    return [problem for problem in problems if not problem.code.startswith(("incident-", "unedited"))]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    new_site(tmp_path / "site", "My help")
    return Site(tmp_path / "site")


def test_a_new_site_with_one_of_everything_is_fine_and_builds(site: Site) -> None:
    assert unfinished(lint(site, NOW)) == []
    for kind in ARTICLE_KINDS:
        new_article(site, kind, f"A new {kind}", "getting-started", NOW)
    new_incident(site, "Pages do not open", "website", NOW)
    assert unfinished(lint(site, NOW)) == []
    report = build_site(site, NOW + timedelta(minutes=1))
    assert report.warnings == ()
    assert report.articles == 1 + len(ARTICLE_KINDS)
    for path in ("getting-started/a-new-faq", "status/incidents/2026-11-20-pages-do-not-open"):
        assert (site.output / path / "index.html").is_file()
    assert "Pages do not open" in (site.status_output / "index.html").read_text(encoding="utf-8")


def test_a_new_site_has_the_files_of_the_skeleton_and_ignores_what_is_built(site: Site) -> None:
    source = scaffold_folder() / "site"
    wanted = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    made = {path.relative_to(site.root).as_posix() for path in site.root.rglob("*") if path.is_file()}
    assert made == {name.replace("dot-", ".") for name in wanted}
    assert (site.root / ".gitignore").read_text().split() == ["/site/", "/.waypost/"]


@pytest.mark.parametrize("name", TITLES)
def test_whatever_a_site_is_called_its_files_are_valid(name: str, tmp_path: Path) -> None:
    new_site(tmp_path / "site", TITLES[name])
    site = Site(tmp_path / "site")
    if name == "long":
        assert len(load_project(site).status.config.page.name) > 100
    assert unfinished(lint(site, NOW)) == []
    wanted = " ".join(TITLES[name].split())
    assert load_project(site).status.config.page.name == f"{wanted}: status"
    build_site(site, NOW)
    if name == "dollar":
        assert "Costs $title or ${now}" in (site.output / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TITLES)
def test_whatever_a_title_is_the_new_files_are_valid_and_show_it(name: str, site: Site) -> None:
    title = TITLES[name]
    articles = [new_article(site, kind, f"{kind} {title}", "getting-started", NOW) for kind in ARTICLE_KINDS]
    incident = new_incident(site, title, "website", NOW)
    assert unfinished(lint(site, NOW)) == []
    project = load_project(site)
    wanted = " ".join(title.split())
    pages = project.help_center.pages
    assert [pages[f"getting-started/{path.name}"].title for path in articles] == [
        f"{kind} {wanted}" for kind in ARTICLE_KINDS
    ]
    assert [item.title for item in project.status.incidents] == [wanted]
    for path in (*articles, incident):
        assert path.resolve().is_relative_to(site.root)
        assert json.dumps(path.name).strip('"') == path.name, "plain letters only"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Größe ändern?", "grosse-andern"),
        ("  A -- b  ", "a-b"),
        ("Где?", "gde"),
        ("システム障害", "shisutemuzhanghai"),
        ("تعطل تسجيل الدخول", "ttl-tsjyl-ldkhwl"),
        ("한국어 장애", "hangugeo-jangae"),
        ("ปัญหา 5", "payha-5"),
        ("Kjøp – ½ Łódź", "kjop-12-lodz"),
        ("Can’t log in 🚀", "cant-log-in"),
        ("🚀🔥", "0vkxcd"),
        ("", "165xjk"),
        ("x" * 100, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
        ("ﬁne №5", "fine-no5"),
    ],
)
def test_a_title_becomes_a_file_name(title: str, expected: str) -> None:
    assert slugify(title) == expected


@given(st.text())
def test_any_title_becomes_the_id_of_a_file(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(title))
    assert len(slugify(title)) <= 60


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Größe ändern?", "groesse-aendern"),
        ("Ölwechsel über Öse", "oelwechsel-ueber-oese"),
        ("Cafe\u0301 Łódź", "cafe-lodz"),
    ],
)
def test_german_writes_umlauts_as_two_letters(title: str, expected: str) -> None:
    assert slugify(title, "de") == slugify(title, "de-CH") == expected


def test_a_name_that_is_taken_gets_a_number(site: Site) -> None:
    titles = ("Refunds", "Refunds!", "كيف أسترد أموالي؟", "كيف أسترد أموالي", "Index", "Readme", "Zip")
    (site.root / "content/getting-started/zip").mkdir()
    (site.root / "content/getting-started/Refunds-3.md").write_text("mine", encoding="utf-8")
    paths = [new_article(site, "page", title, "getting-started", NOW) for title in (*titles, "Refunds")]
    assert [path.stem for path in paths] == [
        *("refunds", "refunds-2", "kyf-strd-mwly", "kyf-strd-mwly-2", "index-2", "readme-2", "zip-2"),
        "refunds-4",
    ]


def test_the_name_of_a_file_can_be_chosen(site: Site) -> None:
    for name in ("rueckgeld", "返金.md"):
        path = new_article(site, "page", "返金", "getting-started", NOW, name)
        assert path.name == f"{name.removesuffix('.md')}.md"
    for name in ("a/b", "..", ".md", "", "index", "a?", "readme", "a\nb"):
        with pytest.raises(ProblemsFound):
            new_article(site, "page", "返金", "getting-started", NOW, name)


def test_a_category_and_its_sections_are_started(site: Site) -> None:
    made = [
        new_category(site, "Downloads"),
        new_category(site, "Uploads", "up"),
        new_category(site, "Zip: files # 1", above="downloads"),
        new_category(site, "Zip: files # 1", above="up"),
    ]
    names = ("downloads", "up", "downloads/zip-files-1", "up/zip-files-1")
    assert made == [site.root / "content" / name / "index.md" for name in names]
    article = new_article(site, "page", "Open it", "up/zip-files-1", NOW)
    help_center = load_project(site).help_center
    assert help_center.pages["up/zip-files-1/open-it.md"].category == "up/zip-files-1"
    assert help_center.pages["up/zip-files-1/index.md"].title == "Zip: files # 1"
    assert article.parent.name == "zip-files-1"


def test_the_commands_of_the_documentation_work_on_a_new_site(site: Site) -> None:
    text = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
    commands = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(commands) == 8
    for command in commands:
        result = called(*shlex.split(command)[1:], site=site)
        assert result.returncode == 0, result.stderr
    assert load_project(site).help_center.pages["downloads/zip-files/why-a-zip-does-not-open.md"]


@pytest.mark.parametrize(
    ("title", "folder", "above", "message"),
    [
        ("Search", None, "", "belongs to the search"),
        ("X", "../x", "", "without a folder"),
        ("X", None, "gone", "There is no category 'gone'"),
        ("X", None, "getting-started/gone", 'new section "Gone" --category getting-started'),
        ("X", None, "gone/gone", 'new category "Gone"'),
    ],
)
def test_a_category_that_cannot_be_is_not_started(
    site: Site, title: str, folder: str | None, above: str, message: str
) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound, match=message):
        new_category(site, title, folder, above)
    assert fingerprint(site.root) == before


def test_a_section_has_no_sections(site: Site) -> None:
    new_category(site, "Deep", above="getting-started")
    with pytest.raises(ProblemsFound, match=r"sections have none\. Name its category: getting-started"):
        new_category(site, "Deeper", above="getting-started/deep")


def test_a_page_has_the_address_of_a_category_that_is_not_started(site: Site) -> None:
    (site.root / "content/downloads.md").write_text("---\ntitle: D\n---\nText.\n", encoding="utf-8")
    with pytest.raises(AlreadyThere, match=r"content/downloads\.md is there already"):
        new_category(site, "Downloads")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.1.0", ">=0.1,<0.2"),
        ("0.19.3", ">=0.19,<0.20"),
        ("1.0.0", ">=1.0,<2"),
        ("2.11.4rc1", ">=2.11,<3"),
    ],
)
def test_a_site_asks_for_versions_that_read_its_files(version: str, expected: str) -> None:
    assert compatible_versions(version) == expected


def test_a_new_site_asks_for_the_version_that_made_it(site: Site) -> None:
    lines = (site.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    assert wanted == [f"waypost{compatible_versions(__version__)}"]


UNUSABLE = {
    # Titles that no file may carry are refused before anything is written.
    "empty": "",
    "blank": " \n ",
    "control_character": "a\x07b",
    "too_long": "x" * 161,
    "template_code": "Use {{ name }}",
    "reversed": "a\u202eb",
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_title_that_would_be_an_error_is_refused_before_anything_is_written(name: str, site: Site) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound, match=r"^(content|status)/\S+\.md:\d+:\d+: error "):
        new_article(site, "faq", UNUSABLE[name], "getting-started", NOW)
    with pytest.raises(ProblemsFound, match=r"^(content|status)/\S+\.md:\d+:\d+: error "):
        new_incident(site, UNUSABLE[name], "website", NOW)
    assert fingerprint(site.root) == before


def test_nothing_is_overwritten(site: Site, tmp_path: Path) -> None:
    article = new_article(site, "faq", "Refunds", "getting-started", NOW)
    article.write_text("mine", encoding="utf-8")
    before = fingerprint(tmp_path)
    with pytest.raises(AlreadyThere, match=r"refunds\.md is there already"):
        new_article(site, "tutorial", "Other", "getting-started", NOW, "refunds.md")
    with pytest.raises(AlreadyThere, match=r"getting-started/index\.md is there already"):
        new_category(site, "Getting started")
    with pytest.raises(AlreadyThere, match="is not empty"):
        new_site(site.root, "Another")
    with pytest.raises(AlreadyThere, match="is not empty"):
        new_site(article, "A file is no folder either")
    assert fingerprint(tmp_path) == before


def test_the_same_title_on_one_day_gets_an_address_of_its_own(site: Site) -> None:
    paths = [new_incident(site, "Pages do not open", "website", NOW) for _ in range(3)]
    assert [path.stem for path in paths] == [
        f"2026-11-20-pages-do-not-open{number}" for number in ("", "-2", "-3")
    ]


def test_an_empty_folder_can_become_a_site(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert new_site(tmp_path / "empty", "Name")


def test_an_unknown_category_is_named_with_those_there_are(site: Site) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound) as raised:
        new_article(site, "faq", "Refunds", "payments", NOW)
    [problem] = raised.value.problems
    assert problem.message == (
        "There is no category 'payments'. Categories: getting-started. "
        'To make it: `waypost new category "Payments"`.'
    )
    assert fingerprint(site.root) == before


@pytest.mark.parametrize(
    ("component", "hint"),
    [
        ("web-site", "Did you mean 'website'?"),
        ("payments", "Components: website."),
        ("", "Components: website."),
    ],
)
def test_an_unknown_component_is_refused_before_anything_is_written(
    component: str, hint: str, site: Site
) -> None:
    before = fingerprint(site.root)
    with pytest.raises(ProblemsFound) as raised:
        new_incident(site, "Pages do not open", component, NOW)
    [problem] = raised.value.problems
    assert (problem.code, problem.location.path) == ("unknown-component", "status/status.yml")
    assert problem.message == f"There is no component '{component}' in status/status.yml. {hint}"
    assert fingerprint(site.root) == before


def test_an_incident_is_not_started_where_the_components_cannot_be_read(site: Site) -> None:
    (site.root / "status" / "status.yml").write_text("page: [\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"status/status\.yml:2:1: error yaml-syntax"):
        new_incident(site, "Pages do not open", "website", NOW)


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_article_that_nobody_edited_is_an_error_in_the_language_of_the_site(
    language: str, site: Site
) -> None:
    replace(site.root / "mkdocs.yml", "  name: material\n", f"  name: material\n  language: {language}\n")
    made = [new_article(site, kind, kind, "getting-started", NOW) for kind in ARTICLE_KINDS]
    new_category(site, "Fotos")
    is_german = [" in einem Satz" in path.read_text(encoding="utf-8") for path in made]
    assert is_german == [language == "de"] * len(made)
    found = [problem for problem in lint(site, NOW) if problem.level is Level.ERROR]
    assert [problem.location.path for problem in found] == sorted(
        path.relative_to(site.root).as_posix() for path in made
    )
    assert {problem.code for problem in found} == {"unedited"}
    for path in made:
        replace(path, "title:", "draft: true\ntitle:")
    assert errors(lint(site, NOW)) == [], "a draft is not finished"


def test_every_skeleton_has_a_german_form_of_the_same_structure() -> None:
    names = {kind.scaffold for kind in ARTICLE_KINDS.values()} | {"category.md", "section.md"}
    for name in names:
        texts = [
            (folder / name).read_text(encoding="utf-8")
            for folder in (scaffold_folder(), scaffold_folder() / "de")
        ]
        marks = [re.findall(r"^(?:#+|---|-|\d\.|\w+:)", text, re.MULTILINE) for text in texts]
        assert marks[0] == marks[1], name
    assert not placeholders() & {"## What to do", "## Does it work in another browser?", "Outcome: fixed"}
