"""Check what articles promise beyond their front matter: files to save, videos to play, text that fits the kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from waypost.base.files.front_matter import MarkdownDocument
from waypost.base.files.source import walk
from waypost.base.files.validation import ADD_OR_CORRECT
from waypost.base.files.yaml_source import DataPath
from waypost.formats.article import Article, ArticleFrontMatter, Video
from waypost.problems import Level, Problem, did_you_mean
from waypost.reading.rules.structure import weakness
from waypost.reading.rules.videos import HOSTS, find_player


def check_articles(
    root: Path, pages: Mapping[str, Article], documents: Mapping[str, MarkdownDocument]
) -> tuple[dict[str, int], list[Problem]]:
    """Return the size in bytes of each file that front matter names, by its path, and what is wrong."""
    files = _Files(root)
    problems: list[Problem] = []
    for path, page in pages.items():
        if isinstance(page.front, ArticleFrontMatter):
            problems += files.check(page.front, documents[path])
            problems += _check_video(page.front.video, documents[path])
            problems += _check_structure(page, documents[path])
            problems += _check_next(page, pages, documents[path])
    return files.sizes, problems


class _Files:
    """The files beside the articles that are published as they are."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "content"
        self.sizes: dict[str, int] = {}

    def check(self, front: ArticleFrontMatter, document: MarkdownDocument) -> Iterator[Problem]:
        for place, path in _named_files(front):
            file = self._folder / path
            if not file.is_file():
                hint = did_you_mean(path, self._known) or ADD_OR_CORRECT
                message = f"There is no file content/{path}.{hint}"
                yield document.front.problem_at(place, "missing-file", message)
            elif not file.resolve().is_relative_to(self._root.resolve()):
                message = "The link leads out of the site. Put the file itself here."
                yield document.front.problem_at(place, "symlink", message)
            else:
                self.sizes[path] = file.stat().st_size

    @cached_property
    def _known(self) -> list[str]:
        found, _ = walk(self._root, self._folder, "")
        paths = [file.relative_to(self._folder).as_posix() for file in found]
        return [path for path in paths if not path.endswith((".md", ".yml"))]


def _named_files(front: ArticleFrontMatter) -> Iterator[tuple[DataPath, str]]:
    for index, download in enumerate(front.downloads):
        yield ("downloads", index, "file"), download.file
    for key in ("file", "poster", "captions"):
        path = getattr(front.video, key, None)
        if path:
            yield ("video", key), path


def _check_video(video: Video | None, document: MarkdownDocument) -> Iterator[Problem]:
    if video is None or video.url is None:
        return
    player = find_player(video.url)
    if player is None:
        names = ", ".join(host.name for host in HOSTS)
        message = (
            f"No player is known for this address. Use {names} or an address that ends in .mp4 or .webm."
        )
        yield document.front.problem_at(("video", "url"), "bad-value", message)
    elif video.captions and player.how == "frame":
        message = f"{player.host} shows its own captions. Add them there, and remove this key."
        yield document.front.problem_at(("video", "captions"), "bad-value", message)


def _check_next(page: Article, pages: Mapping[str, Article], document: MarkdownDocument) -> Iterator[Problem]:
    target = page.front.next if isinstance(page.front, ArticleFrontMatter) else None
    following = pages.get(target or "")
    if following and (following is page or following.article_kind is None):
        what = "this article itself" if following is page else "no article"
        message = f"content/{target} is {what}. Name the article to go on with, or remove this key."
        yield document.front.problem_at(("next",), "bad-value", message)


def _check_structure(page: Article, document: MarkdownDocument) -> Iterator[Problem]:
    found = weakness(page)
    if found:
        yield document.source.problem("weak-structure", found.message, found.line, 1, level=Level.WARNING)
