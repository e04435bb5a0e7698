"""Every kind of article is told of in docs/kinds.md, with an example that is valid and shows what the text says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from helpers.sites import minimal_site
from waypost.help.kinds import ARTICLE_KINDS
from waypost.reading.project import check_project
from waypost.reading.rules.videos import HOSTS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "kinds.md"
EXAMPLES = ROOT / "docs" / "examples" / "kinds"
TEMPLATES = ROOT / "theme" / "help"


def test_every_kind_has_its_section_its_example_and_its_template() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([a-z]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(ARTICLE_KINDS)
    assert {path.stem for path in EXAMPLES.glob("*.md")} == set(sections)
    for kind, section in sections.items():
        assert f"[Example](examples/kinds/{kind}.md)" in section
    own = {path.stem for path in (TEMPLATES / "kinds").glob("*.html")}
    # A troubleshooter is no text with parts beside it: each of its steps is a page.
    assert own == set(sections) - {"troubleshooter"}
    assert (TEMPLATES / "troubleshooter.html").is_file()


def test_the_examples_are_valid_and_of_their_kind(tmp_path: Path) -> None:
    site = minimal_site(tmp_path / "site")
    folder = site.root / "content" / "kinds"
    shutil.copytree(EXAMPLES, folder)
    (folder / "index.md").write_text("---\ntitle: strs\nkind: category\n---\n")
    for name in ("poster.png", "checklist.pdf"):
        (folder / name).write_bytes(b"x")
    project, problems = check_project(site)
    assert [problem.format() for problem in problems] == []
    assert project is not None
    for kind in ARTICLE_KINDS:
        assert project.help_center.pages[f"kinds/{kind}.md"].kind == kind


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_every_host_of_videos_is_named(host: object) -> None:
    assert f"| {host.name} |" in PAGE.read_text(encoding="utf-8")  # type: ignore[attr-defined]
