from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.cases import CASES
from helpers.imports import write_files
from helpers.sites import fingerprint, waypost
from waypost.authoring.new import new_site
from waypost.base.clock import utc_now
from waypost.cli import main
from waypost.importing.registry import HELP_DESKS
from waypost.importing.rules.report import report_text
from waypost.importing.rules.word_counts import compared
from waypost.lint.lint import lint
from waypost.problems import errors
from waypost.reading.site import Site

TOLD = "import-report.md compares the words of each article with those of its page.\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    new_site(tmp_path / "site", "My help")
    write_files(
        tmp_path / "old",
        {
            "Topic/One.md": "---\ntags: [a]\n---\n# One\n\n![P](p.png) [sheet](s.pdf) [gone](gone.md)\n",
            "Topic/p.png": b"1",
            "Topic/s.pdf": b"2",
        },
    )
    monkeypatch.chdir(tmp_path / "site")
    return Site(tmp_path / "site")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["import", "markdown", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_an_import_says_what_it_did_and_where_to_look(site: Site) -> None:
    code, out, err = run("../old")
    assert code == 0
    assert out == "Imported 1 article in 1 category, 1 picture, 1 other file. 1 thing needs a look.\n" + TOLD
    assert "../old/Topic/One.md:6:35: warning unknown-article: This link leads to no page" in err
    assert err.endswith("\n1 warning\n")
    assert (site.root / "content/topic/one.md").is_file()


def test_a_dry_run_says_would_and_writes_nothing(site: Site) -> None:
    before = fingerprint(site.root)
    code, out, _ = run("../old", "--dry-run")
    assert (code, out.split(".")[0]) == (0, "Would import 1 article in 1 category, 1 picture, 1 other file")
    assert fingerprint(site.root) == before


def test_programs_read_the_plan_as_json(site: Site) -> None:
    code, out, err = run("../old", "--dry-run", "--json")
    assert (code, err) == (0, "")
    plan = json.loads(out)
    assert {key: plan[key] for key in ("dry_run", "articles", "categories", "pictures", "other_files")} == {
        "dry_run": True,
        "articles": 1,
        "categories": 1,
        "pictures": 1,
        "other_files": 1,
    }
    assert plan["files"] == [
        {"path": "topic/index.md", "from": "", "fate": "new"},
        {"path": "topic/one.md", "from": "Topic/One.md", "fate": "new"},
        {"path": "topic/p.png", "from": "Topic/p.png", "fate": "new"},
        {"path": "topic/s.pdf", "from": "Topic/s.pdf", "fate": "new"},
    ]
    assert [(problem["line"], problem["code"]) for problem in plan["problems"]] == [(6, "unknown-article")]
    assert plan["aside"] == {"topic/one.md": {"tags": ["a"]}}
    assert plan["words"] == [
        {
            "share": 0.0,
            "lost": 0,
            "path": "topic/one.md",
            "origin": "Topic/One.md",
            "source": 2,
            "page": 2,
            "examples": [],
        }
    ]


@pytest.mark.parametrize(
    ("folder", "site_of_it", "words"), [("../old", "../old", "no mkdocs.yml"), ("../no", ".", "no folder")]
)
def test_nothing_to_import_ends_with_1(site: Site, folder: str, site_of_it: str, words: str) -> None:
    before = fingerprint(site.root)
    code, out, err = run(folder, "--site", site_of_it)
    assert (code, out) == (1, "")
    assert words in err
    assert fingerprint(site.root) == before


def test_it_runs_as_a_program(site: Site) -> None:
    done = waypost("import", "markdown", "../old", site=site)
    assert (done.returncode, done.stdout[:18]) == (0, "Imported 1 article")
    assert [p.code for p in errors(lint(site, utc_now()))] == ["broken-link"], (
        "what led nowhere before still does"
    )


def test_a_report_is_written_and_what_has_no_place_is_kept_beside_it(site: Site) -> None:
    write_files(
        site.root.parent / "old", {"Topic/Two.mdx": "# Two\n\nKept <Chart data={[1]} /> {lost.words} here.\n"}
    )
    run("../old", "--report", "out/what.md")
    report = (site.root / "out/what.md").read_text(encoding="utf-8")
    assert report.startswith("# Import of ../old\n\n- articles: 2\n- categories: 1\n")
    assert "2 of 2 articles lost no word." in report
    assert "The component 'Chart' has no counterpart." in report
    assert "| `tags` | 1 |" in report
    kept = json.loads((site.root / "out/what-front-matter.json").read_text(encoding="utf-8"))
    assert kept == {"topic/one.md": {"tags": ["a"]}}


def test_the_report_shows_what_was_lost_worst_first() -> None:
    words = [
        compared(
            "a/one.md", "one.md", Counter(["all", "of", "it", "is", "here"]), Counter(["all", "of", "it"])
        ),
        compared("a/two.md", "two.md", Counter(["one", "|", "word"]), Counter()),
        compared("a/three.md", "three.md", Counter(["x"]), Counter(["x", "y"])),
    ]
    text = report_text("old", {"articles": 3}, words, [], {}, "aside.json")
    rows = [line for line in text.split("\n") if line.startswith("| a/")]
    assert rows == [
        "| a/two.md | two.md | 3 | 0 | 3 | 100.0 % | one \\| word |",
        "| a/one.md | one.md | 5 | 3 | 2 | 40.0 % | is here |",
    ]
    assert "The sources have 9 words, the pages 5. 5 words of the sources (55.56 %)" in text
    assert "1 of 3 articles lost no word." in text


def test_a_dry_run_writes_no_report(site: Site) -> None:
    run("../old", "--dry-run")
    assert not (site.root / "import-report.md").exists()


def test_options_reach_the_import(site: Site) -> None:
    write_files(
        site.root.parent,
        {
            "book/SUMMARY.md": "* [A](a/README.md)\n  * [One](a/one.md)\n",
            "book/a/README.md": "# A\n",
            "book/a/one.md": "![P](/p.png) [Two](https://old.example/kb/a/two/)\n",
            "book/a/two.md": "# Two\n",
            "book/.gitbook.yaml": "root: .\n",
            "elsewhere/p.png": b"1",
        },
    )
    options = ["--all", "--assets", "../elsewhere", "--from-url", "https://old.example/kb/"]
    code, out, _ = run("../book", *options)
    assert (code, out.split("\n")[0]) == (
        0,
        "Imported 2 articles in 1 category, 1 picture. Nothing needs a look.",
    )
    one = (site.root / "content/a/one.md").read_text(encoding="utf-8")
    assert "![P](../images/p.png) [Two](two.md)" in one
    assert 'redirect_from: ["kb/a/one/"]' in one


@pytest.mark.parametrize("name", HELP_DESKS)
def test_every_help_desk_is_a_command(site: Site, name: str) -> None:
    help_text = CliRunner().invoke(main, ["import", name, "--help"]).stdout
    assert f"Example: waypost import {name} " in help_text
    result = CliRunner().invoke(main, ["import", name, str(CASES / "import_help" / name)])
    assert result.exit_code == 0
    assert "Imported " in result.stdout
    assert (site.root / "import-report.md").is_file()
