"""waypost gaps: from a log of what people searched for in vain to the line that answers them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helpers.sites import fingerprint, minimal_site
from helpers.ticket_links import RequestContent, describe
from waypost.base.files.languages import load_words
from waypost.cli import main
from waypost.reading.site import Site
from waypost.search.rules import gaps

ASKED = "large zip incomplete torn ragged"
ZIP = """\
---
title: A zip download stops half way
kind: page
also_asked_as: # as people ask
    - 'zip is broken'   # often
reviewed: 2026-11-02
---
The archive of a large gallery is cut off when the connection breaks.
"""
OTHERS = {
    "invoice": ("Get an invoice", "Every payment has an invoice with your VAT number, sent by mail."),
    "refund": ("Refunds", "Money goes back to the card within five days. Ask within two weeks."),
    "phone": ("Save photos to a phone", "Hold a finger on the picture, then choose to save it."),
    "upload": ("An upload fails", "Files above two gigabytes and damaged files are refused."),
    "delete": ("Delete your account", "Everything is erased after thirty days, and cannot be brought back."),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("NO_COLOR", "1")
    site = minimal_site(tmp_path / "site")
    folder = site.root / "content/start"
    (folder / "zip.md").write_text(ZIP, encoding="utf-8")
    for name, (title, text) in OTHERS.items():
        front = f"---\ntitle: {title}\nkind: page\nreviewed: 2026-11-02\n---\n"
        (folder / f"{name}.md").write_text(f"{front}{text}\n", encoding="utf-8")
    monkeypatch.chdir(site.root)
    return site


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def read(*arguments: str) -> Any:
    code, out, err = run("gaps", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def log(*rows: tuple[str, str] | str, name: str = "log.jsonl") -> str:
    lines = [
        row if isinstance(row, str) else json.dumps({"kind": "search", "question": row[0], "reason": row[1]})
        for row in rows
    ]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def read_next(question: str, name: str) -> str:
    return json.dumps({"kind": "read_next", "question": question, "page": f"start/{name}/"})


FOUND = read_next(ASKED, "zip")
"""What tells that the article with the zip is meant."""


def test_from_the_log_to_the_answer(site: Site) -> None:
    path = log((ASKED, "no_answer"), (ASKED.upper(), "no_answer"), FOUND)
    before = {name: mark for name, mark in fingerprint(site.root).items() if not name.endswith("/")}

    code, out, err = run("gaps", path, "--apply")

    assert (code, err) == (0, "")
    assert (
        f"Written: content/start/zip.md: {ASKED.upper()}\n1 alias written. Look at each before you publish it."
        in out
    )
    code, out, _ = run("search", ASKED)
    assert (code, out.splitlines()[0]) == (0, "1. A zip download stops half way")
    old = "    - 'zip is broken'   # often\n"
    assert (site.root / "content/start/zip.md").read_text(encoding="utf-8") == ZIP.replace(
        old, f"{old}    - {ASKED.upper()}\n"
    )
    after = fingerprint(site.root)
    assert [name for name, mark in before.items() if after[name] != mark] == ["content/start/zip.md"]
    code, out, _ = run("lint")
    assert "start/zip.md" not in out, "what was written is in order"
    again = read(path, "--apply")
    assert [(gap["proposal"], gap["written"]) for gap in again["gaps"]] == [("answered", False)]


def choose(path: str, *arguments: str, answers: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["gaps", path, "--apply", "--choose", *arguments], input=answers)
    return result.exit_code, result.stdout, result.stderr


UNDECIDED = "my refunds in the money bank"


def test_a_writer_is_asked_which_article_is_meant(site: Site) -> None:
    path = log(*[(UNDECIDED, "none_helped")] * 2, ("money five days cardsback", "no_answer"))
    (first, *_) = read(path)["gaps"]
    assert (first["proposal"], first["article"], first["alias"]) == ("choose_article", None, None)
    assert first["other_articles"][0]["path"] == "content/start/refund.md"
    code, out, err = choose(path, "--only", "1", answers="1\n")
    assert code == 0, err
    assert "1) content/start/refund.md (Refunds)" in err
    assert "Which is meant? 0 for none" in err
    assert "1) content" not in out.replace("   1) content", "")


@pytest.mark.parametrize(
    ("answers", "written"), [("1\n", True), ("0\n", False), ("\n", False), ("9\n1\n", True)]
)
def test_the_choice_is_written(answers: str, written: bool, site: Site) -> None:
    path = log(*[("card money bank torn", "none_helped")] * 2, read_next("card money bank torn", "phone"))
    (gap,) = read(path)["gaps"]
    assert gap["proposal"] == "choose_article"
    chosen = Path(gap["other_articles"][0]["path"])
    before = chosen.read_text(encoding="utf-8")
    code, out, err = choose(path, answers=answers)
    assert code == 0, err
    assert ("card money bank torn" in chosen.read_text(encoding="utf-8")) == written
    assert ("1 alias written." in out) == written
    assert written or chosen.read_text(encoding="utf-8") == before


def test_who_gives_up_choosing_has_changed_nothing(site: Site) -> None:
    before = fingerprint(site.root)
    path = log((UNDECIDED, "none_helped"), (ASKED, "no_answer"), FOUND)
    code, _, err = choose(path, answers="")
    assert (code, "Aborted!" in err) == (1, True)
    Path(path).unlink()
    assert fingerprint(site.root) == before


def test_without_being_told_nothing_is_written(site: Site) -> None:
    path = log((ASKED, "no_answer"))
    before = fingerprint(site.root)
    assert run("gaps", path)[0] == 0
    assert fingerprint(site.root) == before


def test_writers_read_what_to_do(site: Site) -> None:
    queries = "queries:\n- {ask: broken zip, answer: start/zip.md}\n- {ask: weather, answer: none}\n"
    (site.root / "content/queries.yml").write_text(queries, encoding="utf-8")
    path = log(
        *[(ASKED, "no_answer")] * 3,
        ("incomplete, ragged and torn large zip", "reformulated"),
        ("lightroom plugin", "no_answer"),
        ("plugin for lightroom", "no_answer"),
        ("my refunds", "none_helped"),
        ("invoice", "no_answer"),
        ("?", "no_answer"),
        '{"page": "x/", "helpful": true}',
        FOUND,
        read_next("my refunds", "gone"),
    )
    code, out, err = run("gaps", path)
    assert (code, err) == (0, "")
    assert out == (
        "1. Asked 4 times: nothing found 3, asked again in other words 1\n"
        '   "large zip incomplete torn ragged" (3)\n'
        '   "incomplete, ragged and torn large zip" (1)\n'
        "   Add under also_asked_as in content/start/zip.md (A zip download stops half way):\n"
        "       large zip incomplete torn ragged\n"
        "   Then it answers 4 of these 4 first; now 0.\n"
        "   Chosen by: first for several phrasings, read next, words in common\n"
        "\n"
        "2. Asked 2 times: nothing found 2\n"
        '   "lightroom plugin" (1)\n'
        '   "plugin for lightroom" (1)\n'
        "   Missing article: nothing here answers it.\n"
        "   Words people used: lightroom, plugin\n"
        "\n"
        "3. Asked once: nothing found 1\n"
        '   "invoice"\n'
        "   Answered by now: content/start/invoice.md (Get an invoice) comes first.\n"
        "\n"
        "4. Asked once: none of the results helped 1\n"
        '   "my refunds"\n'
        "   Choose the article: too little tells which one is meant. --apply --choose asks you.\n"
        "   1) content/start/refund.md (Refunds)\n"
        "\n"
        "9 unresolved searches, 4 questions.\n"
        "1 search without a word to search for.\n"
        "With every alias above: 12 of 12 known questions answered right, as before.\n"
        "What that gains for other searches: too few to know.\n"
    )
    code, out, _ = run("gaps", path, "--limit", "1")
    assert "3 questions asked less often not looked at. --limit 4 looks at all." in out.splitlines()


def test_it_says_when_not_all_were_asked_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "ASKED", 1)
    path = log(*[(ASKED, "no_answer")] * 2, ("incomplete, ragged and torn large zip", "no_answer"), FOUND)
    assert "Then it answers 2 of these 2 first, of those asked most; now 0.\n" in run("gaps", path)[1]


def test_programs_read_the_same(site: Site) -> None:
    found = read(log(*[(ASKED, "no_answer")] * 2, ("lightroom plugin", "ticket"), "{}", FOUND))
    assert found == {
        "searches": 3,
        "other_entries": 1,
        "unreadable_entries": 0,
        "bytes_left_out": 0,
        "without_words": 0,
        "left_out": 0,
        "groups": 2,
        "checked": {"before": 10, "after": 10, "of": 10},
        "predicted": {
            "before": 1,
            "after": 1,
            "of": 1,
            "share": 0.0,
            "least": -0.7935,
            "most": 0.7935,
            "is_known": False,
        },
        "gaps": [
            {
                "proposal": "alias",
                "asked": 2,
                "reasons": {"no_answer": 2},
                "questions": [{"text": ASKED, "asked": 2}],
                "words": ["incomplete", "large", "ragged", "torn", "zip"],
                "article": {
                    "path": "content/start/zip.md",
                    "title": "A zip download stops half way",
                    "confidence": found["gaps"][0]["article"]["confidence"],
                    "signals": ["read_next", "text"],
                },
                "other_articles": [],
                "alias": ASKED,
                "answered_first": {"before": 0, "after": 2, "of": 2},
                "written": False,
            },
            {
                "proposal": "missing_article",
                "asked": 1,
                "reasons": {"ticket": 1},
                "questions": [{"text": "lightroom plugin", "asked": 1}],
                "words": ["lightroom", "plugin"],
                "article": None,
                "other_articles": [],
                "alias": None,
                "answered_first": None,
                "written": False,
            },
        ],
    }


def test_logs_and_exports_are_counted_together(site: Site) -> None:
    text, context = describe(RequestContent(details='The "zip" breaks.', question=ASKED), load_words("de"))
    body = "\n\n".join([text, *context]).replace('"', '""')
    Path("tickets.csv").write_text(f'Id;Description\r\n1;"{body}"\r\n2;hello\r\n', encoding="utf-8-sig")
    (gap,) = read(log((ASKED, "no_answer")), "tickets.csv")["gaps"]
    assert gap["reasons"] == {"no_answer": 1, "ticket": 1}


def test_only_the_aliases_that_were_chosen_are_written(site: Site) -> None:
    path = log(
        *[("lightroom plugin", "no_answer")] * 3,
        (ASKED, "no_answer"),
        ("picture bank wire wanted", "no_answer"),
        FOUND,
        read_next("picture bank wire wanted", "refund"),
        read_next("picture bank wire wanted", "refund"),
    )
    proposals = [gap["proposal"] for gap in read(path)["gaps"]]
    assert proposals == ["missing_article", "alias", "alias"]
    code, out, _ = run("gaps", path, "--apply", "--only", "3")
    assert (code, out.count("Written:")) == (0, 1)
    assert (site.root / "content/start/zip.md").read_text(encoding="utf-8") == ZIP
    assert "picture bank wire wanted" in (site.root / "content/start/refund.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "1"], "Add --apply"),
        (["--choose"], "Add --apply"),
        (["--apply", "--only", "1"], "There is no alias with the number 1."),
        (["--apply", "--only", "9"], "There is no alias with the number 9."),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(arguments: list[str], says: str, site: Site) -> None:
    before = fingerprint(site.root)
    path = log(("lightroom plugin", "no_answer"), ("lightroom plugin", "no_answer"), (ASKED, "no_answer"))
    code, out, err = run("gaps", path, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    Path(path).unlink()
    assert fingerprint(site.root) == before


def test_what_cannot_be_written_is_said_and_left_as_it_was(site: Site) -> None:
    file = site.root / "content/start/zip.md"
    odd = ZIP.replace("    - 'zip is broken'   # often\n", "    - *t\n").replace("title: ", "title: &t ")
    file.write_text(odd, encoding="utf-8")
    code, out, err = run("gaps", log((ASKED, "no_answer"), FOUND), "--apply")
    assert (code, file.read_text(encoding="utf-8")) == (1, odd)
    assert "0 aliases written." in out
    assert (
        "content/start/zip.md:1:1: error front-matter: The front matter is written in an unusual way." in err
    )
    assert f"Add this to `also_asked_as` by hand: {ASKED}\n" in err


def test_what_cannot_be_read_is_named_and_the_rest_counts(site: Site) -> None:
    code, out, err = run("gaps", log("rubbish", (ASKED, "no_answer"), "{"))
    assert (code, "1 unresolved search, 1 question." in out) == (0, True)
    assert "log.jsonl:1:1: warning bad-value: This is not a JSON object on one line. Delete the line." in err
    assert "log.jsonl:3:1: warning" in err
    assert "2 warnings" in err


def test_rubbish_is_refused_with_every_file_named(site: Site) -> None:
    Path("a.csv").write_text("lorem\nipsum\n")
    Path("b.csv").write_bytes(b"body\n\xff\n")
    code, out, err = run("gaps", "a.csv", "b.csv", log((ASKED, "no_answer")))
    assert (code, out) == (1, "")
    assert (
        "a.csv:1:1: error bad-value: No column of this table holds the text of tickets. Columns: lorem."
        in err
    )
    assert "b.csv:2:1: error not-utf8" in err


def test_a_log_must_be_there(site: Site) -> None:
    code, out, err = run("gaps", "gone.jsonl", ".", log((ASKED, "no_answer")))
    assert (code, out) == (1, "")
    assert ".:1:1: error unreadable: This is not a regular file." in err
    assert "gone.jsonl:1:1: error missing-file: There is no such file. Correct the name." in err
    assert run("gaps")[:2] == (2, "")


def test_a_broken_site_is_said_first(site: Site) -> None:
    (site.root / "content/start/zip.md").write_text("---\n", encoding="utf-8")
    code, out, err = run("gaps", log((ASKED, "no_answer")))
    assert (code, out) == (1, "")
    assert "front-matter" in err


def test_an_empty_log_leaves_nothing_to_do(site: Site) -> None:
    assert run("gaps", log("")) == (0, "0 unresolved searches, 0 questions.\n", "")


def test_hostile_questions_neither_steer_the_terminal_nor_reach_an_article(site: Site) -> None:
    hostile = [
        f"{ASKED}\x1b[2J\x1b]0;x\x07",
        f"{ASKED} \u202e",
        f"{ASKED} {{{{ x }}}}",
        f"{ASKED}\r\n- injected: true\n---\n",
        ASKED + " a b" * 2000,
        f"{ASKED} \ud800",
    ]
    before = fingerprint(site.root / "content")
    code, out, err = run(
        "gaps", log(*[(text, "no_answer") for text in hostile], FOUND), "--apply", "--limit", "50"
    )
    assert code == 0, err
    assert not set(out) & set("\x1b\x07\u202e\ud800\r")
    after = fingerprint(site.root / "content")
    changed = [name for name in before if not name.endswith("/") and before[name] != after[name]]
    assert set(changed) <= {"start/zip.md"}
    written = (site.root / "content/start/zip.md").read_text(encoding="utf-8")
    assert "injected" not in written.replace("- injected: true", "", written.count('"'))
    assert not set(written) & set("\x1b\x07\u202e\r")
    assert "{{" not in written
    assert run("search", ASKED)[0] in (0, 1)


def test_many_different_questions_end_in_bounded_time(site: Site) -> None:
    rows = [(f"word{n} other{n % 97} zip{n % 13}", "no_answer") for n in range(1500)]
    start = time.monotonic()
    assert read(log(*rows), "--limit", "3")["searches"] == 1500
    assert time.monotonic() - start < 60, "far more than it takes"
