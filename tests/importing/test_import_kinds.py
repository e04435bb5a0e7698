"""Ten kinds of help centers of strangers, small: what was lost of each is not lost any more, or is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from helpers.cases import CASES, Case, golden, read_yaml
from waypost.authoring.new import new_site
from waypost.base.markdown.page_parts import page_parts
from waypost.build import build_site
from waypost.formats.article import page_url
from waypost.importing.articles import ImportReport
from waypost.importing.markdown import import_markdown
from waypost.lint.lint import lint
from waypost.reading.site import Site

KINDS = CASES / "import_kinds"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD = {"broken-link", "heading-order", "missing-alt", "missing-summary", "weak-structure"}
"""Findings about what the writers of a collection wrote, and not about what became of it."""


@dataclass
class Moved:
    """All ten in one site."""

    site: Site
    reports: dict[str, ImportReport] = field(default_factory=dict)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("kinds") / "site"
    new_site(folder, "All of them")
    made = Moved(Site(folder))
    for case in read_yaml(KINDS / "kinds.yml"):
        source = KINDS / case["name"] / case.get("below", ".")
        made.reports[case["name"]] = import_markdown(made.site, source)
    built = build_site(made.site, NOW)
    assert built.warnings == ()
    return made


@golden("import_kinds/kinds.yml")
def test_every_loss_is_gone_or_named(moved: Moved, case: Case) -> None:
    report = moved.reports[case["name"]]
    messages = [problem.message for problem in report.problems]
    for words in case["named"]:
        assert any(words in message for message in messages), (words, messages)
    assert len(messages) == len(case["named"]), messages
    for path, texts in case["shows"].items():
        written = (moved.site.root / "content" / path).read_text(encoding="utf-8")
        assert [text for text in texts if text not in written] == [], written
    assert [it for it in report.words if it.lost] == []


@golden("import_kinds/kinds.yml")
def test_nothing_shows_as_raw_marks_that_was_not_named(moved: Moved, case: Case) -> None:
    report = moved.reports[case["name"]]
    for file in report.files:
        if file.path.endswith(".md"):
            body = (moved.site.root / "content" / file.path).read_text(encoding="utf-8").split("---\n", 2)[2]
            shown = [left.written for left in page_parts(body).leftovers]
            named = " ".join(
                problem.source_line for problem in report.problems if problem.code == "template-syntax"
            )
            assert [written for written in shown if written not in named] == []


def test_lint_finds_nothing_that_was_not_named(moved: Moved) -> None:
    named = {problem.source_line for report in moved.reports.values() for problem in report.problems}
    found = [
        problem
        for problem in lint(moved.site, NOW)
        if problem.location.path.startswith("content/") and problem.code not in OLD
    ]
    assert [problem.format() for problem in found if problem.source_line not in named] == []


@golden("import_kinds/kinds.yml")
def test_the_report_counts_as_others_do(moved: Moved, case: Case) -> None:
    """Pages are counted as they were built, and sources as a plain reader of Markdown shows them."""
    articles = [it for it in moved.reports[case["name"]].words if not it.path.endswith("/index.md")]
    built = [moved.site.output / page_url(it.path) / "index.html" for it in articles]
    counted = sum(words(shown(file.read_text(encoding="utf-8"), inside="article")) for file in built)
    assert counted == pytest.approx(sum(it.page for it in articles), rel=0.003)
    if not case.get("has_parts"):
        source = KINDS / case["name"] / case.get("below", ".")
        texts = [next(source.glob(f"**/{it.origin}")).read_text(encoding="utf-8") for it in articles]
        assert sum(map(words_of_source, texts)) == pytest.approx(sum(it.source for it in articles), rel=0.003)


def words(text: str) -> int:
    """Count words; a sign of Chinese or Japanese is one."""
    signs = re.findall("[\u3040-\u30ff\u3400-\u9fff]", text)
    return len(signs) + len(re.findall(r"[^\W_]+", re.sub("[\u3040-\u30ff\u3400-\u9fff]", " ", text)))


def words_of_source(text: str) -> int:
    """Count the words of a source without front matter and title, with the titles in tags in place of the tags."""
    text = re.sub(r"\A(---|\+\+\+)\n.*?\n\1\n", "", text, flags=re.DOTALL)
    text = text.replace("\u200b", "").replace("&#x200B;", "")
    told = re.findall(
        r'(?:title|caption)="(.*?)"|< (?:linked_headline|term|tab|details) "(.*?)"|\'(\w+)\'[,\]]', text
    )
    told += re.findall(r'^(?:!!!|\?\?\?) \w+ "(.*)"$', text, re.MULTILINE)
    spoken = " ".join(" ".join(it) if isinstance(it, tuple) else it for it in told)
    marks = (
        *(
            r"\{%.*?%\}",
            r"\{\{[<%].*?[>%]\}\}",
            r"</?[A-Z].*?\}*>",
            r"^import .*$",
            r"\{[#:].*?\}",
            r"\{ width.*?\}",
        ),
        *(
            r"^(?:!!!|\?\?\?) .*$",
            r"\[!\w+\]",
            r"\[\^\w+\]:?",
            r"\[[ x]\] ",
            r":material-\w+:",
            r"\[clean.md\]\(.*?\)",
        ),
        *(r" title=.*$", r"<img .*?/?>$"),
    )
    for mark in marks:
        text = re.sub(mark, "", text, flags=re.MULTILINE)
    return words(spoken) + words(shown(MarkdownIt("commonmark").render(text)))


class _Shown(HTMLParser):
    """Collects the text of an element, without its title and what is only for machines."""

    VOID = ("img", "br", "hr", "input", "source", "meta", "link", "wbr", "col")
    SKIPPED = ("wp-meta", "wp-video", "headerlink", "footnote-ref", "footnote-backref")

    def __init__(self, inside: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = inside
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag in self.VOID:
            return
        skipped = tag in ("h1", "script", "style", "svg") or not set(classes).isdisjoint(self.SKIPPED)
        self._open.append((tag, skipped))
        if tag not in ("a", "b", "code", "em", "span", "strong", "sup", "del"):
            self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        while tag not in self.VOID and self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if (not self._inside or self._inside in tags) and not any(skipped for _, skipped in self._open):
            self.texts.append(data)


def shown(html: str, inside: str = "") -> str:
    """Return the text of a page that people see."""
    reader = _Shown(inside)
    # What a box is called that has no title is no word of the article.
    reader.feed(re.sub(r'<p class="admonition-title">(?:Note|Tip|Warning|Danger)</p>', "", html))
    return "".join(reader.texts)
