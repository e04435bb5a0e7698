"""A small site that is edited at random, as many writers together would, and stays valid all the time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

WORDS = "gallery photo zip link password mail browser page account invoice plan client album print".split()  # noqa: SIM905  # words in a row read better than a list of quotes
KINDS = ("faq", "troubleshooting", "tutorial", "page", "troubleshooter")
COMPONENTS = ("web", "mail")

TREE = """\
## Does the page open?

- [Yes](#it-works)
- [No](#write-to-us)

## It works

Outcome: fixed

## Write to us

Outcome: ticket
"""


@dataclass
class Draft:
    """An article as it is at the moment."""

    title: str
    kind: str
    summary: str = ""
    components: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    redirect_from: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Where its text leads: articles, files, and names that nothing has."""
    text: str = ""

    def markdown(self, folder: str) -> str:
        """Write it as a file of a category."""
        rows = [f"title: {self.title}", f"kind: {self.kind}"]
        rows += [f"summary: {self.summary}"] if self.summary else []
        for key in ("components", "related", "redirect_from"):
            rows += [f"{key}: [{', '.join(getattr(self, key))}]"] if getattr(self, key) else []
        links = "\n\n".join(f"[Read on]({_relative(link, folder)})" for link in self.links)
        body = TREE if self.kind == "troubleshooter" else f"## Part one\n\n1. {self.text}\n2. Done.\n"
        return "---\n" + "\n".join(rows) + f"\n---\n{self.text}\n\n{links}\n\n{body}"


def _relative(target: str, folder: str) -> str:
    return target.removeprefix(f"{folder}/") if target.startswith(f"{folder}/") else f"../{target}"


class EditedSite:
    """The articles of a site, and the edits that can happen to it; the same seed makes the same edits."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)  # noqa: S311  # sample edits, not a secret
        self.articles: dict[str, Draft] = {}
        self._number = 0
        for _ in range(5):
            self._add()

    def edit(self) -> str:
        """Do one edit; return what it was."""
        edits: list[Callable[[], None]] = [
            *(self._rewrite, self._rewrite, self._retitle, self._summarise, self._add, self._remove),
            *(self._rename, self._change_kind, self._relate, self._link, self._redirect, self._depend),
            *(
                self._picture,
                self._rename_category,
                self._rename_site,
                self._break_something,
                self._open_an_hour,
            ),
        ]
        edit = self.random.choice(edits)
        edit()
        return edit.__name__

    def _sentence(self) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(3, 60)))

    def _any(self) -> str:
        return self.random.choice(sorted(self.articles))

    def _write(self, path: str) -> None:
        file = self.root / "content" / path
        file.parent.mkdir(exist_ok=True)
        folder = path.split("/", maxsplit=1)[0]
        index = file.parent / "index.md"
        if not index.exists():
            index.write_text(f"---\ntitle: Topic {folder}\nkind: category\n---\nA topic.\n")
        file.write_text(self.articles[path].markdown(folder))

    def _add(self) -> None:
        self._number += 1
        path = f"{self.random.choice(['start', 'more', 'other'])}/article-{self._number}.md"
        kind = self.random.choice(KINDS)
        self.articles[path] = Draft(
            f"Article {self._number} {self.random.choice(WORDS)}", kind, text=self._sentence()
        )
        self._write(path)

    def _remove(self) -> None:
        if len(self.articles) > 2:
            path = self._any()
            del self.articles[path]
            (self.root / "content" / path).unlink()
            self._repair(path)

    def _rename(self) -> None:
        path = self._any()
        self._number += 1
        moved = f"{path.split('/', maxsplit=1)[0]}/moved-{self._number}.md"
        self.articles[moved] = self.articles.pop(path)
        (self.root / "content" / path).rename(self.root / "content" / moved)
        self._write(moved)
        self._repair(path)

    def _repair(self, gone: str) -> None:
        """Take out what would be an error: a text may still lead to what is gone, front matter may not."""
        for path, draft in self.articles.items():
            if gone in draft.related:
                draft.related.remove(gone)
                self._write(path)

    def _change(self, change: Callable[[str, Draft], None]) -> None:
        path = self._any()
        change(path, self.articles[path])
        self._write(path)

    def _rewrite(self) -> None:
        self._change(lambda _, draft: setattr(draft, "text", self._sentence()))

    def _retitle(self) -> None:
        self._number += 1
        self._change(lambda _, draft: setattr(draft, "title", f"Renamed {self._number}"))

    def _summarise(self) -> None:
        self._change(lambda _, draft: setattr(draft, "summary", self._sentence()[:80]))

    def _change_kind(self) -> None:
        self._change(lambda _, draft: setattr(draft, "kind", self.random.choice(KINDS)))

    def _relate(self) -> None:
        def relate(path: str, draft: Draft) -> None:
            draft.related = [other for other in {self._any()} if other != path]

        self._change(relate)

    def _link(self) -> None:
        nowhere = [f"start/article-{self._number + 1}.md", "more/picture.png", "start/index.md"]
        self._change(lambda _, draft: draft.links.append(self.random.choice([self._any(), *nowhere])))

    def _redirect(self) -> None:
        self._number += 1
        self._change(lambda _, draft: draft.redirect_from.append(f"old/{self._number}/"))

    def _depend(self) -> None:
        self._change(lambda _, draft: setattr(draft, "components", [self.random.choice(COMPONENTS)]))

    def _picture(self) -> None:
        file = self.root / "content" / "more" / "picture.png"
        if file.exists() and self.random.random() < 0.5:
            file.unlink()
        else:
            file.parent.mkdir(exist_ok=True)
            (file.parent / "index.md").write_text("---\ntitle: More\nkind: category\n---\n")
            file.write_bytes(self.random.randbytes(20))

    def _rename_category(self) -> None:
        self._number += 1
        file = self.root / "content" / "start" / "index.md"
        file.write_text(f"---\ntitle: Start {self._number}\nkind: category\n---\nHere it begins.\n")

    def _rename_site(self) -> None:
        file = self.root / "mkdocs.yml"
        rows = [row for row in file.read_text().splitlines() if not row.startswith("site_name:")]
        file.write_text("\n".join([f"site_name: Site {self._number}", *rows, ""]))

    def _break_something(self) -> None:
        folder = self.root / "status" / "incidents"
        folder.mkdir(exist_ok=True)
        self._number += 1
        (folder / f"2026-10-03-trouble-{self._number}.md").write_text(
            f"---\ntitle: Trouble {self._number}\nimpact: minor\ncomponents: {{mail: degraded_performance}}\n---\n"
            "## investigating · 2026-10-03T10:00:00+00:00\n\nMail is late.\n"
        )

    def _open_an_hour(self) -> None:
        file = self.root / "content" / "support.yml"
        if file.exists():
            text = file.read_text()
            file.write_text(text.replace("09:00-17:00", f"0{self.random.randint(1, 9)}:00-17:00"))
