from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.imports import write_files
from helpers.sites import fingerprint, waypost
from waypost.authoring.new import new_site
from waypost.base.clock import utc_now
from waypost.cli import main
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
