"""waypost search-eval: figures for people and for programs, and what changed since the last run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helpers.sites import ROOT, minimal_site, replace
from waypost.base.clock import utc_now
from waypost.cli import main
from waypost.cli.search_eval import LABELS
from waypost.formats.search import LONGEST_PHRASE
from waypost.lint.lint import lint
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.collections import MAX_BYTES, MAX_ENTRIES
from waypost.search.io.language import OWN
from waypost.search.rules.evaluation import Figures
from waypost.search.site_search import search

QUERIES = """success_at_least: 0.5
queries:
  - {ask: my first sign in, answer: start/first.md}
  - {ask: where is the printer, answer: start/first.md}
  - {ask: xyzzyq, answer: none}
"""
NAMES = [
    "right",
    "success_at_1",
    "success_at_5",
    "mrr_at_10",
    "ndcg_at_10",
    "no_answer_rate",
    "answered",
    "unsure",
    "nothing",
    "rightly_refused",
    "wrongly_refused",
    "nothing_wrongly",
]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    (site.root / "content/queries.yml").write_text(QUERIES, encoding="utf-8")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["search-eval", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def read(*arguments: str) -> Any:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def collection(folder: Path, questions: list[dict[str, str]], qrels: str) -> str:
    folder.mkdir()
    docs = [
        {"id": "d1", "title": "Cancel a subscription", "text": "Open the settings and stop paying."},
        {"id": "d2", "title": "Upload photos", "text": "Drag pictures into the gallery."},
        {"id": "d3", "title": "Invoices", "text": "Every receipt is a file of its own."},
    ]
    (folder / "docs.json").write_text(json.dumps(docs), encoding="utf-8")
    (folder / "queries.json").write_text(json.dumps(questions), encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return str(folder)


def test_the_figures_of_a_site_for_people(site: Site) -> None:
    assert run("content/queries.yml") == (
        0,
        "3 questions, 1 of them without an answer\n"
        "answered rightly  0.667\n"
        "success@1         0.500\n"
        "success@5         0.500\n"
        "MRR@10            0.500\n"
        "nDCG@10           0.500\n"
        "sure              0.333\n"
        "not sure          0.000\n"
        "nothing           0.667\n"
        "rightly not sure  1.000\n"
        "wrongly nothing   0.500\n",
        "",
    )


def test_the_figures_of_a_site_for_programs(site: Site) -> None:
    found = read("content/queries.yml")
    assert {name: found[name] for name in NAMES} == {
        "right": pytest.approx(2 / 3, abs=1e-6),
        **dict.fromkeys(NAMES[1:5], 0.5),
        **dict.fromkeys(("no_answer_rate", "nothing"), pytest.approx(2 / 3, abs=1e-6)),
        "answered": pytest.approx(1 / 3, abs=1e-6),
        "unsure": 0.0,
        "rightly_refused": 1.0,
        "wrongly_refused": 0.5,
        "nothing_wrongly": 0.5,
    }
    assert (found["left_out"], found["changed"]) == (0, [])
    assert [entry["right"] for entry in found["queries"]] == [True, False, True]
    assert found["queries"][0] == {
        "id": "my first sign in",
        "question": "my first sign in",
        "right": True,
        "answerable": True,
        "rank": 1,
        "first": "start/first.md",
    }
    assert found["queries"][2]["answerable"] is False


def test_what_is_wrong_is_listed_on_request(site: Site) -> None:
    out = run("content/queries.yml", "--wrong")[1]
    assert out.endswith(
        "\n\nWrong: 1\n  where is the printer\n    first: nothing was found\n    wanted: start/first.md\n"
    )


def test_what_changed_since_the_last_run_is_named(site: Site) -> None:
    assert "Now" not in run("content/queries.yml")[1]
    assert "Now" not in run("content/queries.yml")[1]
    replace(site.root / "content/start/first.md", "[how do I log in]", "[how do I log in, the printer]")

    out = run("content/queries.yml")[1]

    assert "success@1         1.000  +0.500\n" in out
    assert out.endswith(
        "\n\nNow right: 1\n  where is the printer\n    first: Sign in for the first time (start/first.md)\n"
    )
    replace(site.root / "content/start/first.md", ", the printer]", "]")
    found = read("content/queries.yml")
    assert [(entry["question"], entry["right"]) for entry in found["changed"]] == [
        ("where is the printer", False)
    ]
    assert read("content/queries.yml")["changed"] == []


def test_a_new_question_did_not_change_and_each_file_has_its_own_last_run(site: Site, tmp_path: Path) -> None:
    run("content/queries.yml")
    path = site.root / "content/queries.yml"
    path.write_text(QUERIES + "  - {ask: nothing of the kind, answer: start/first.md}\n", encoding="utf-8")
    assert read("content/queries.yml")["changed"] == []
    other = tmp_path / "other.yml"
    other.write_text("queries: [{ask: my first sign in, answer: none}]", encoding="utf-8")
    assert read(str(other))["changed"] == []
    assert sorted(path.name for path in (site.root / ".waypost/cache").iterdir()) == ["search-eval.json"]


def test_a_question_whose_article_is_a_draft_waits(site: Site) -> None:
    draft = "---\ntitle: The printer\ndraft: true\nsummary: Where it is.\n---\nIn the hall.\n"
    (site.root / "content/start/printer.md").write_text(draft, encoding="utf-8")
    replace(
        site.root / "content/queries.yml",
        "printer, answer: start/first.md",
        "printer, answer: start/printer.md",
    )
    found = read("content/queries.yml")
    assert (found["left_out"], len(found["queries"])) == (1, 2)
    assert "\n1 more wait for drafts and were left out.\n" in run("content/queries.yml")[1]


def test_questions_are_answered_as_the_pages_answer_them(site: Site) -> None:
    project = load_project(site)
    for entry in read("content/queries.yml")["queries"]:
        hits = search(project, entry["question"], 10).hits
        assert entry["first"] == (hits[0].document.path if hits else None)


def test_a_folder_is_indexed_and_asked(site: Site, tmp_path: Path) -> None:
    questions = [
        {"id": "q1", "text": "cancel my subscription", "typo": "xyzzyq"},
        {"id": "q2", "text": "upload pictures"},
        {"id": "q3", "text": "xyzzyq"},
    ]
    folder = collection(tmp_path / "c", questions, "q1 0 d1 3\nq1 0 d3 1\nq2 0 d2 1\n")
    found = read(folder)
    assert (found["success_at_1"], found["mrr_at_10"], found["rightly_refused"]) == (1.0, 1.0, 1.0)
    assert 0.5 < found["ndcg_at_10"] < 1, "the second best answer of q1 was not found"
    assert [entry["first"] for entry in found["queries"]] == ["d1", "d2", None]
    assert [entry["first"] for entry in read(folder, "--field", "typo")["queries"]] == [None]
    assert read(folder)["changed"] == [], "the misspelt form has a last run of its own"


def test_figures_that_do_not_apply_are_null_and_not_printed(site: Site, tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", [{"id": "q1", "text": "upload"}], "q1 0 d2 1\n")
    assert read(folder)["rightly_refused"] is None
    assert "rightly refused" not in run(folder)[1]


def test_a_folder_needs_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(collection(tmp_path / "c", [], ""))["queries"] == []


def test_a_site_that_nobody_may_write_to_is_measured_all_the_same(site: Site) -> None:
    (site.root / ".waypost").write_text("in the way", encoding="utf-8")
    assert read("content/queries.yml")["success_at_1"] == 0.5


def test_bad_input_ends_with_its_problems(site: Site, tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", [{"id": "q1", "text": "upload"}], "q1 0 d9 1\n")
    code, out, err = run(folder)
    assert (code, out) == (1, "")
    assert f"{folder}/qrels.tsv:1:1: error bad-value: There is no document 'd9' in docs.json." in err
    replace(site.root / "content/queries.yml", "answer: none", "answer: start/gone.md")
    code, out, err = run("content/queries.yml")
    assert (code, out) == (1, "")
    assert "content/queries.yml:5:27: error unknown-article: There is no content/start/gone.md." in err
    assert err.count("error unknown-article") == 1


def test_a_misspelt_form_of_a_queries_yml_is_a_usage_error(site: Site) -> None:
    code, out, err = run("content/queries.yml", "--field", "typo")
    assert (code, out) == (2, "")
    assert "Only folders have a misspelt form of their questions. Leave --field out." in err
    assert run("content/missing.yml")[0] == 2


def test_what_people_and_files_say_cannot_steer_the_terminal(site: Site, tmp_path: Path) -> None:
    questions = [{"id": "q1", "text": "upload \x1b[2J\ud800 " + "long " * 100}]
    folder = collection(tmp_path / "c", questions, "q1 0 d3 1\n")
    out = run(folder, "--wrong")[1]
    assert "\x1b" not in out
    assert "upload \N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER} long" in out
    assert max(map(len, out.split("\n"))) < 120
    assert "\x1b" not in run(folder, "--json")[1]


def test_lint_asks_nothing_where_no_questions_are_written(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lint(site, utc_now()) == []
    (site.root / "content/queries.yml").unlink()

    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the index was made: {arguments}")

    monkeypatch.setattr("waypost.search.evaluate.site_index", refuse)
    assert lint(site, utc_now()) == []


def test_lint_and_search_eval_agree(site: Site) -> None:
    assert read("content/queries.yml")["right"] == pytest.approx(2 / 3, abs=1e-6)
    wrong = "  - {ask: xyzzyq xyzzyq, answer: start/first.md}\n"
    for least, text, found in ((0.66, QUERIES, 0), (0.67, QUERIES, 2), (0.5, QUERIES + wrong, 0)):
        changed = text.replace("0.5", str(least))
        (site.root / "content/queries.yml").write_text(changed, encoding="utf-8")
        assert len(lint(site, utc_now())) == found


def test_the_page_about_search_explains_every_figure_and_limit() -> None:
    page = (ROOT / "docs/search.md").read_text(encoding="utf-8")
    names = [field.name for field in dataclasses.fields(Figures)]
    assert names == NAMES
    assert LABELS.keys() < set(names)
    for name in names:
        assert f"| `{name}` | " in page
    for name, label in LABELS.items():
        assert f"\n| {label} | `{name}` | " in page
        assert f"\n{label:<16}  0." in page, "the example shows it"
    assert f"counts for {OWN:.0%}".replace("%", " %") in page
    assert f"at most {LONGEST_PHRASE} words" in page
    assert f"{MAX_BYTES // 1024**2} MiB, and each {MAX_ENTRIES:,} entries" in page
